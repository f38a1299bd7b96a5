"""Records tests/golden/files/functions.json: what TensorFlow's functions of CSV files, examples and protos give.

Run with TensorFlow 2's compat.v1: python tests/golden/record_file_functions.py
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
import tempfile

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow.compat.v1 as tf

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

from file_function_cases import run

tf.disable_v2_behavior()
with tempfile.TemporaryDirectory() as folder:
    found = run(tf, pathlib.Path(folder))
lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(value)}" for name, value in found.items())
(HERE / "files" / "functions.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")

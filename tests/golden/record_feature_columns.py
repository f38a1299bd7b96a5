"""Records what TensorFlow makes of the columns in tests/golden/training/columns.py.

python tests/golden/record_feature_columns.py
"""

import json
import os
import sys
from pathlib import Path

os.environ.update(TF_USE_LEGACY_KERAS="1", TF_CPP_MIN_LOG_LEVEL="3")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "training"))

import columns
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def main():
    found = {name: columns.record(tf, name) for name in columns.names(tf)}
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(case)}" for name, case in found.items())
    (HERE / "training" / "columns.json").write_text("{\n" + lines + "\n}\n")


main()

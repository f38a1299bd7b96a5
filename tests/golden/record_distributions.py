"""Records what TensorFlow's distributions give: writes graphs/distributions.json beside this file.

Needs TensorFlow 2.21 (not part of the project's environment): `python tests/golden/record_distributions.py`.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow.compat.v1 as tf

GRAPHS = Path(__file__).with_name("graphs")
sys.path[:0] = [str(GRAPHS), str(GRAPHS.with_name("ops"))]
import cases
import distribution_cases

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
lines = []
for name, build in distribution_cases.cases(tf).items():
    found, shape = distribution_cases.value(tf, build)
    record = {"raises": found} if isinstance(found, str) else {"value": cases.encode(found), "static": shape}
    lines.append(f"{json.dumps(name)}: {json.dumps(record, separators=(',', ':'))}")
(GRAPHS / "distributions.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

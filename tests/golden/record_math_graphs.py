"""Records the nodes that TensorFlow makes of math functions: writes graphs/math.json beside this file.

Needs TensorFlow 2.21 (not part of the project's environment): `python tests/golden/record_math_graphs.py`.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow.compat.v1 as tf

GRAPHS = Path(__file__).with_name("graphs")
sys.path.insert(0, str(GRAPHS))
import math_cases

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
lines = [f"{json.dumps(name)}: {json.dumps(nodes)}" for name, nodes in math_cases.record(tf).items()]
(GRAPHS / "math.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

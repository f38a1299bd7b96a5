"""Records the nodes that TensorFlow makes of array functions: writes graphs/*.json beside this file.

Needs TensorFlow 2.21 (not part of the project's environment): `python tests/golden/record_array_graphs.py`.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow.compat.v1 as tf

GRAPHS = Path(__file__).with_name("graphs")
sys.path.insert(0, str(GRAPHS))
import arrangement_cases
import array_cases

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
tf.reduce_variance, tf.reduce_std = tf.math.reduce_variance, tf.math.reduce_std


def write(name, cases):
    lines = [f"{json.dumps(case)}: {json.dumps(nodes)}" for case, nodes in cases.items()]
    (GRAPHS / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


write("array", array_cases.record(tf))
for family, cases in arrangement_cases.record(tf).items():
    write(family, cases)

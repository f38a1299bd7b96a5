"""Records the nodes that TensorFlow makes of random functions: writes graphs/random.json beside this file.

Needs TensorFlow 2.21 (not part of the project's environment): `python tests/golden/record_random_graphs.py`.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow.compat.v1 as tf

GRAPHS = Path(__file__).with_name("graphs")
sys.path.insert(0, str(GRAPHS))
import array_cases
import random_cases

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
for family, module in {"random": random_cases}.items():
    found = array_cases.built(tf, module.cases(tf))
    lines = [f"{json.dumps(name)}: {json.dumps(nodes)}" for name, nodes in found.items()]
    (GRAPHS / f"{family}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

"""Records what TensorFlow makes of random functions, lookups, initializers and penalties.

Writes their nodes to graphs/*.json beside this file, and the values of the last two to initializer_values.npz there.
Needs TensorFlow 2.21 and tf_slim, which are not part of the environment: `python tests/golden/record_random_graphs.py`.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow.compat.v1 as tf
import tf_slim

GRAPHS = Path(__file__).with_name("graphs")
sys.path.insert(0, str(GRAPHS))
import array_cases
import embedding_cases
import initializer_cases
import random_cases

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
INITIALIZERS = initializer_cases.initializers(tf, tf_slim)
PENALTIES = initializer_cases.penalties(tf, tf_slim)


def write(name, found):
    lines = [f"{json.dumps(case)}: {json.dumps(nodes)}" for case, nodes in found.items()]
    (GRAPHS / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


families = {
    "random": random_cases.cases(tf),
    "embedding": embedding_cases.cases(tf),
    "initializers": INITIALIZERS,
    "penalties": PENALTIES,
}
values = {}
for family, cases in families.items():
    found = array_cases.built(tf, cases)
    write(family, found)
    if family in ("initializers", "penalties"):
        values.update(
            {name: value for name, build in cases.items() for value in initializer_cases.value(tf, found[name], build)}
        )
np.savez_compressed(GRAPHS / "initializer_values.npz", **values)

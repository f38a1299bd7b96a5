"""Records the nodes that TensorFlow makes of queues, readers and batching functions, to graphs/queues.json.

Needs TensorFlow 2.21, which is not part of the environment: `python tests/golden/record_queue_graphs.py`.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow.compat.v1 as tf

GRAPHS = Path(__file__).with_name("graphs")
sys.path.insert(0, str(GRAPHS))
import compact
import queue_cases

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
found = compact.record(tf, queue_cases.cases(tf))
lines = [f"{json.dumps(case)}: {json.dumps(nodes)}" for case, nodes in found.items()]
(GRAPHS / "queues.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

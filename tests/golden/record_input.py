"""Records the graphs and the elements of the pipelines in tests/input/*pipelines.py under TensorFlow.

Needs TensorFlow 2.21 (not part of the project's environment): `python tests/golden/record_input.py`.
Writes input/*.json beside this file.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "input"))
import element_pipelines
import pipelines


def graph_of(build):
    graph = tf.Graph()
    with graph.as_default():
        build(tf)
    return pipelines.nodes(graph, lambda op: op.node_def.attr, lambda op: tf.make_ndarray(op.get_attr("value")))


def write(name, entries):
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items())
    (HERE / "input" / name).write_text("{\n" + lines + "\n}\n")


write("graphs.json", {name: graph_of(build) for name, build in pipelines.GRAPHS.items()})
write("orders.json", {name: pipelines.order(tf, build) for name, build in pipelines.ORDERS.items()})
write("element_graphs.json", {name: graph_of(build) for name, build in element_pipelines.GRAPHS.items()})
write(
    "element_values.json",
    {name: element_pipelines.values(tf, build) for name, build in element_pipelines.VALUES.items()},
)
write("element_specs.json", element_pipelines.specs(tf))

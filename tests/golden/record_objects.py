"""Records tests/golden/training/objects: checkpoints of the objects of object_cases.py that TensorFlow wrote.

    ORACLE_PYTHON tests/golden/record_objects.py

The oracle needs the package tf-keras. The files are checkpoints; objects.json has how their objects hold each other.
"""

import json
import os
import sys
from pathlib import Path

os.environ.update(TF_USE_LEGACY_KERAS="1", TF_CPP_MIN_LOG_LEVEL="3")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "training"))

import object_cases
import tensorflow.compat.v1 as tf
from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph

tf.disable_v2_behavior()
tf.enable_eager_execution()


def described(prefix):
    reader = tf.train.NewCheckpointReader(prefix)
    graph = TrackableObjectGraph.FromString(reader.get_tensor("_CHECKPOINTABLE_OBJECT_GRAPH"))
    return {"keys": sorted(reader.get_variable_to_shape_map()), "edges": object_cases.edges(graph)}


def main():
    folder = HERE / "training" / "objects"
    folder.mkdir(exist_ok=True)
    model = object_cases.stack(tf)
    object_cases.fit(model)
    model.set_weights(object_cases.values(model.weights))
    model.save_weights(str(folder / "stack"), save_format="tf")
    checkpoint, net, optimizer, step = object_cases.program(tf)
    object_cases.train(tf, net, optimizer, step)
    for variable, value in zip(net.trainable_variables, object_cases.values(net.trainable_variables), strict=True):
        variable.assign(value)
    path = checkpoint.save(str(folder / "program"))
    (folder / "checkpoint").unlink()
    recorded = {"stack": described(str(folder / "stack")), "program": described(path)}
    (folder / "objects.json").write_text(json.dumps(recorded, indent=1) + "\n")


main()

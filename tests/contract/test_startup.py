"""What a short program does not use is not loaded; a graph file may hold any op all the same."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
import convflow as tf
tf.constant(1)
loaded = sorted(sys.modules)
from convflow.graph.opdef import all_ops
early = [op.name for op in all_ops()]
listed = dir(tf)
for name in listed:
    getattr(tf, name)
late = [op.name for op in all_ops()]
print(json.dumps([loaded, early, late, listed]))
"""


def test_first_node_loads_little_and_registers_every_op() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    loaded, early, late, listed = json.loads(done.stdout)
    rare = {"PIL.Image", "absl.flags", "fsspec", "platformdirs", "rich", "convflow.slim", "convflow.datasets"}
    assert rare.intersection(loaded) == set()
    assert early == late
    assert {"contrib", "keras", "examples", "constant", "Session"} <= set(listed)

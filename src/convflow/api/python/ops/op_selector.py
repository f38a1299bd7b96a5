"""tensorflow.python.ops.op_selector"""

from convflow.graph.walk import get_backward_walk_ops

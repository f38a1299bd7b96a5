"""tensorflow.python.ops.array_ops_stack"""

from convflow.ops.array.stack import stack, unstack

"""tensorflow.python.ops.sort_ops"""

from convflow.ops.array.sort import argsort, sort

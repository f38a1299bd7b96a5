"""tensorflow.python.ops.manip_ops"""

from convflow.ops.array.roll import roll

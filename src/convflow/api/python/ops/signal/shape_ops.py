"""tensorflow.python.ops.signal.shape_ops"""

from convflow.ops.signal.frames import frame

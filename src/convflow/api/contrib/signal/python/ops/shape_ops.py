"""tf.contrib.signal.python.ops.shape_ops"""

from convflow.ops.signal.frames import frame

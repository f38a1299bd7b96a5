"""tf.contrib.signal.python.ops.reconstruction_ops"""

from convflow.ops.signal.frames import overlap_and_add

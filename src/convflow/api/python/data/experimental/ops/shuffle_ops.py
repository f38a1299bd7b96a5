"""tensorflow.python.data.experimental.ops.shuffle_ops"""

from convflow.input.experimental import shuffle_and_repeat

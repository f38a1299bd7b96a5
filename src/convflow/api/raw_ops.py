"""tf.raw_ops"""

from convflow.ops.raw import __dir__, __getattr__

"""tf.contrib.framework.python.ops.ops"""

from convflow.api.contrib.slim.ops.framework_ops import *

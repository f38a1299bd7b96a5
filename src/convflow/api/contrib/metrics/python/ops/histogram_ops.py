"""tf.contrib.metrics.python.ops.histogram_ops"""

from convflow.api.contrib.slim.metrics.histogram_ops import *

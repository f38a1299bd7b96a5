"""tf.contrib.metrics.python.ops.metric_ops"""

from convflow.api.contrib.metrics import *

"""tf.contrib.slim.metrics"""

from convflow.api.contrib.slim.metrics import classification, histogram_ops, metric_ops
from convflow.api.contrib.slim.metrics.classification import *
from convflow.api.contrib.slim.metrics.histogram_ops import *
from convflow.api.contrib.slim.metrics.metric_ops import *

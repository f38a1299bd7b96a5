"""tf.contrib.metrics.python.metrics.classification"""

from convflow.api.contrib.slim.metrics.classification import *

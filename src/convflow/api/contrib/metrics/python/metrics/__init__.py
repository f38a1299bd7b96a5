"""tf.contrib.metrics.python.metrics"""

from convflow.api.contrib.metrics.python.metrics import classification

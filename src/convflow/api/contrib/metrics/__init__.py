"""tf.contrib.metrics"""

from convflow.api.contrib.slim.metrics import *

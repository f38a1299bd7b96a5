"""tf.contrib.training.python.training.training"""

from convflow.api.contrib.slim.training.training import *

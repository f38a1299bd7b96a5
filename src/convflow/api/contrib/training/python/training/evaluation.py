"""tf.contrib.training.python.training.evaluation"""

from convflow.api.contrib.slim.training.evaluation import *

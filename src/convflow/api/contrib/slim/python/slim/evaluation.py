"""tf.contrib.slim.python.slim.evaluation"""

from convflow.api.contrib.slim.evaluation import *

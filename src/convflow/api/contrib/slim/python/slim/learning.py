"""tf.contrib.slim.python.slim.learning"""

from convflow.api.contrib.slim.learning import *

"""tf.contrib.layers.python.layers.initializers"""

from convflow.api.contrib.slim.layers.initializers import *

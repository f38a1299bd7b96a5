"""tf.contrib.layers.python.layers.optimizers"""

from convflow.api.contrib.slim.layers.optimizers import *

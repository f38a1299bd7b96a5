"""tf.contrib.layers.python.layers.regularizers"""

from convflow.api.contrib.slim.layers.regularizers import *

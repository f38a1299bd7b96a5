"""tf.contrib.layers.python.layers.normalization"""

from convflow.api.contrib.slim.layers.normalization import *

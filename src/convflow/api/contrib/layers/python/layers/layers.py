"""tf.contrib.layers.python.layers.layers"""

from convflow.api.contrib.slim.layers.layers import *

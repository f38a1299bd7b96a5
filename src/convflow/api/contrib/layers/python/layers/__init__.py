"""tf.contrib.layers.python.layers"""

from convflow.api.contrib.layers import *

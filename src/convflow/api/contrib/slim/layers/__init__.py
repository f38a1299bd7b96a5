"""tf.contrib.slim.layers"""

from convflow.api.contrib.slim.layers import layers
from convflow.api.contrib.slim.layers.layers import *
from convflow.slim import utils

"""tf.contrib.slim.layers"""

from convflow.api.contrib.slim.layers import initializers, layers, normalization, optimizers, regularizers, summaries
from convflow.api.contrib.slim.layers.layers import *
from convflow.api.contrib.slim.layers.optimizers import *
from convflow.api.contrib.slim.layers.summaries import *
from convflow.slim import utils

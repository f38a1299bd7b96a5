"""tf.contrib.layers.python.layers.summaries"""

from convflow.api.contrib.slim.layers.summaries import *

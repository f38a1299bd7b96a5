"""tensorflow.python.keras.layers.pooling"""

from convflow.api.keras.layers import *

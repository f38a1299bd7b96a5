"""tensorflow.python.keras.layers.normalization"""

from convflow.api.keras.layers import *

"""tensorflow.python.keras.layers.noise"""

from convflow.api.keras.layers import *

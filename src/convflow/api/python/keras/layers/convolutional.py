"""tensorflow.python.keras.layers.convolutional"""

from convflow.api.keras.layers import *

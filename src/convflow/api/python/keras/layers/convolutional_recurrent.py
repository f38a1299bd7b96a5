"""tensorflow.python.keras.layers.convolutional_recurrent"""

from convflow.api.keras.layers import *

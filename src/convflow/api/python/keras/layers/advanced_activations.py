"""tensorflow.python.keras.layers.advanced_activations"""

from convflow.api.keras.layers import *

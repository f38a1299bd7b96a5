"""tensorflow.python.keras.layers.local"""

from convflow.api.keras.layers import *

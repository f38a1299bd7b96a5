"""tensorflow.python.keras.layers.wrappers"""

from convflow.api.keras.layers import *

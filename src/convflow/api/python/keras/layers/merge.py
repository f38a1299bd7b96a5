"""tensorflow.python.keras.layers.merge"""

from convflow.api.keras.layers import *

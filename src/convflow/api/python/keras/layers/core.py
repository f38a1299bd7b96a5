"""tensorflow.python.keras.layers.core"""

from convflow.api.keras.layers import *

"""tensorflow.python.keras.layers.recurrent"""

from convflow.api.keras.layers import *

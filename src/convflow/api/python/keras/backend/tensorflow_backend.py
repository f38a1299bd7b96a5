"""tensorflow.python.keras.backend.tensorflow_backend: the path of Keras itself"""

from convflow.api.keras.backend import *

"""tensorflow.python.keras.backend"""

from convflow.api.keras.backend import *
from convflow.api.python.keras.backend import tensorflow_backend

"""keras.backend.tensorflow_backend, where Keras has what runs on TensorFlow"""

from convflow.api.keras.backend import *

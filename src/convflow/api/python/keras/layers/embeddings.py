"""tensorflow.python.keras.layers.embeddings"""

from convflow.api.keras.layers import *

"""tensorflow.python.keras.engine.network"""

from convflow.training.keras.network import Network

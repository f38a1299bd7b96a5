"""tensorflow.python.keras.engine.training"""

from convflow.training.keras.model import Model

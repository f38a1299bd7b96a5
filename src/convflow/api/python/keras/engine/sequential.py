"""tensorflow.python.keras.engine.sequential"""

from convflow.training.keras.sequential import Sequential

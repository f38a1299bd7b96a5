"""tensorflow.python.saved_model.simple_save"""

from convflow.training.saved_model.builder import simple_save

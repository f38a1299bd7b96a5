"""tensorflow.python.saved_model.builder"""

from convflow.training.saved_model.builder import SavedModelBuilder

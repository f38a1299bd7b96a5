"""tensorflow.python.saved_model.builder_impl"""

from convflow.training.saved_model.builder import SavedModelBuilder

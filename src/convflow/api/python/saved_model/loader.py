"""tensorflow.python.saved_model.loader"""

from convflow.training.saved_model.loader import load, maybe_saved_model_directory

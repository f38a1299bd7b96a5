"""tensorflow.python.saved_model.loader_impl"""

from convflow.formats.saved_model import is_there as contains_saved_model
from convflow.training.saved_model.loader import load, maybe_saved_model_directory

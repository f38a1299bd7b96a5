"""tensorflow.python.saved_model.utils"""

from convflow.training.saved_model.signatures import build_tensor_info, get_tensor_from_tensor_info

"""tensorflow.python.ops.session_ops"""

from convflow.ops.session_tensor import delete_session_tensor, get_session_handle, get_session_tensor
from convflow.runtime.tensor_handle import TensorHandle

"""tensorflow.python.ops.tensor_array_ops"""

from convflow.ops.tensor_array import TensorArray

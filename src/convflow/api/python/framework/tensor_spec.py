"""tensorflow.python.framework.tensor_spec"""

from convflow.runtime.eager.defun import TensorSpec

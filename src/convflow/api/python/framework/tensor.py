"""tensorflow.python.framework.tensor"""

from convflow.core.behavior import disable_tensor_equality
from convflow.graph.operation import Tensor

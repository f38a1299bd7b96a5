"""tf.compat.v2, as far as TensorFlow 1 programs name its classes"""

from convflow.graph.operation import Tensor
from convflow.modeling.variables.variable import Variable

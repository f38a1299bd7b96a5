"""tensorflow.python.framework.tensor_spec"""

from convflow.graph.type_spec import TensorSpec

"""tensorflow.python.framework.tensor_util"""

from convflow.formats.tensor_proto import make_ndarray as MakeNdarray
from convflow.formats.tensor_proto import make_tensor_proto
from convflow.formats.tensor_proto import sizes_of_shape_proto as TensorShapeProtoToList
from convflow.graph.scopes import is_tensor
from convflow.graph.scopes import is_tensor as is_tf_type
from convflow.graph.static_value import constant_value_as_shape
from convflow.graph.static_value import get_static_value as constant_value

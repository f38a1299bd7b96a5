"""tf.contrib.util"""

from convflow.formats.tensor_proto import make_ndarray, make_tensor_proto
from convflow.graph.static_value import get_static_value as constant_value

"""tf.contrib.util"""

from convflow.formats.tensor_proto import make_ndarray, make_tensor_proto
from convflow.graph.static_value import constant_value

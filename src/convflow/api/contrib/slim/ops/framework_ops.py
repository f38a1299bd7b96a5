"""tf.contrib.slim.ops.framework_ops"""

from convflow.slim.framework_ops import get_graph_from_inputs, get_name_scope

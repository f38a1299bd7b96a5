"""tf.contrib.graph_editor"""

from convflow.graph.walk import get_backward_walk_ops

"""tf.contrib.framework.python.framework.tensor_util"""

from convflow.graph.scopes import is_tensor

"""tensorflow.python.debug.lib.debug_utils"""

from convflow.training.debugging.watching import add_debug_tensor_watch, watch_graph

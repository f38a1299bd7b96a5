"""tensorflow.python.framework.load_library"""

from convflow.graph.op_library import load_op_library

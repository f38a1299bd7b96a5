"""tensorflow.python.ops.script_ops"""

from convflow.ops.script import numpy_function, py_func

"""tensorflow.python.layers.utils"""

from convflow.ops.control_flow import smart_cond
from convflow.ops.control_flow import smart_constant_value as constant_value

"""tensorflow.python.framework.constant_op"""

from convflow.ops.array.constant import constant
from convflow.ops.array.constant import constant as constant_v1

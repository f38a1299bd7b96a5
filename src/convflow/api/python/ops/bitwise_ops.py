"""tensorflow.python.ops.bitwise_ops"""

from convflow.ops.math.bitwise import bitwise_and, bitwise_or, bitwise_xor, invert, left_shift, right_shift

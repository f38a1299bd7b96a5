"""tensorflow.python.ops.numerics"""

from convflow.ops.numerics import add_check_numerics_ops, verify_tensor_all_finite

"""tf.debugging"""

from convflow.ops.math.elementwise import is_finite, is_inf, is_nan
from convflow.ops.numerics import check_numerics
from convflow.ops.numerics import verify_tensor_all_finite as assert_all_finite

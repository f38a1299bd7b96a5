"""tf.debugging"""

from convflow.ops.numerics import check_numerics
from convflow.ops.numerics import verify_tensor_all_finite as assert_all_finite

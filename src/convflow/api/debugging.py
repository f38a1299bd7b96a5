"""tf.debugging"""

from convflow.ops.assert_compare import (
    assert_equal,
    assert_greater,
    assert_greater_equal,
    assert_less,
    assert_less_equal,
    assert_near,
    assert_negative,
    assert_non_negative,
    assert_non_positive,
    assert_none_equal,
    assert_positive,
)
from convflow.ops.assert_rank import assert_rank, assert_rank_at_least, assert_rank_in, assert_scalar
from convflow.ops.assert_shapes import assert_shapes
from convflow.ops.assert_type import (
    assert_integer,
    assert_proper_iterable,
    assert_same_float_dtype,
    assert_type,
    is_numeric_tensor,
)
from convflow.ops.assertion import assert_ as Assert
from convflow.ops.math.elementwise import is_finite, is_inf, is_nan
from convflow.ops.monotonic import is_non_decreasing, is_strictly_increasing
from convflow.ops.numerics import check_numerics
from convflow.ops.numerics import verify_tensor_all_finite as assert_all_finite
from convflow.runtime.settings import get_log_device_placement, set_log_device_placement

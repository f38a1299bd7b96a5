"""tensorflow.python.ops.check_ops"""

from convflow.ops.array.passing import ensure_shape
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
from convflow.ops.monotonic import is_non_decreasing, is_strictly_increasing

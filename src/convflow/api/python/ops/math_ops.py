"""tensorflow.python.ops.math_ops"""

from convflow.ops.activation import log_sigmoid, softplus
from convflow.ops.array.gather import unsorted_segment_sum
from convflow.ops.array.sequence import lin_space, range
from convflow.ops.array.sequence import lin_space as linspace
from convflow.ops.linalg.inverse import matrix_inverse as inv
from convflow.ops.linalg.matrix import cross, trace
from convflow.ops.math.argmax import arg_max, arg_min, argmax, argmin
from convflow.ops.math.arithmetic import (
    add,
    add_n,
    div,
    divide,
    floor_div,
    floordiv,
    floormod,
    maximum,
    minimum,
    multiply,
    negative,
    pow,
    realdiv,
    squared_difference,
    subtract,
    truediv,
    truncatediv,
    truncatemod,
)
from convflow.ops.math.arithmetic import floormod as floor_mod
from convflow.ops.math.arithmetic import floormod as mod
from convflow.ops.math.arithmetic import negative as neg
from convflow.ops.math.arithmetic import realdiv as real_div
from convflow.ops.math.arithmetic import truncatediv as truncate_div
from convflow.ops.math.arithmetic import truncatemod as truncate_mod
from convflow.ops.math.cast import (
    cast,
    to_bfloat16,
    to_complex64,
    to_complex128,
    to_double,
    to_float,
    to_int32,
    to_int64,
)
from convflow.ops.math.comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
)
from convflow.ops.math.complex import angle, complex, conj, imag, real
from convflow.ops.math.elementwise import (
    abs,
    ceil,
    cos,
    exp,
    expm1,
    floor,
    is_finite,
    is_inf,
    is_nan,
    log,
    log1p,
    reciprocal,
    round,
    rsqrt,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    tanh,
)
from convflow.ops.math.error_function import erf, erfc, erfcinv, erfinv, ndtri
from convflow.ops.math.gamma import digamma, lgamma, polygamma, zeta
from convflow.ops.math.histogram import bincount
from convflow.ops.math.incomplete import betainc, igamma, igammac
from convflow.ops.math.matmul import matmul, matvec, sparse_matmul
from convflow.ops.math.matmul import sparse_matmul as sparse_mat_mul
from convflow.ops.math.no_nan import div_no_nan, multiply_no_nan, reciprocal_no_nan, xdivy, xlog1py, xlogy
from convflow.ops.math.reduce import (
    reduce_all,
    reduce_any,
    reduce_euclidean_norm,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
)
from convflow.ops.math.rounding import nextafter, rint
from convflow.ops.math.rounding import nextafter as next_after
from convflow.ops.math.saturate import saturate_cast
from convflow.ops.math.scan import cumprod, cumsum, cumulative_logsumexp
from convflow.ops.math.segment import segment_max, segment_mean, segment_min, segment_prod, segment_sum
from convflow.ops.math.sparse_segment import sparse_segment_mean, sparse_segment_sqrt_n, sparse_segment_sum
from convflow.ops.math.sparse_segment import sparse_segment_mean as sparse_segment_mean_v2
from convflow.ops.math.sparse_segment import sparse_segment_sqrt_n as sparse_segment_sqrt_n_v2
from convflow.ops.math.sparse_segment import sparse_segment_sum as sparse_segment_sum_v2
from convflow.ops.math.statistics import count_nonzero, reduce_std, reduce_variance
from convflow.ops.math.sums import accumulate_n, polyval, scalar_mul
from convflow.ops.math.tensordot import tensordot
from convflow.ops.math.trigonometry import acos, acosh, asin, asinh, atan, atan2, atanh, cosh, sinh, tan
from convflow.ops.math.unsorted_segment import (
    unsorted_segment_max,
    unsorted_segment_mean,
    unsorted_segment_min,
    unsorted_segment_prod,
    unsorted_segment_sqrt_n,
)

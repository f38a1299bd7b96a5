"""tf.math"""

from convflow.ops.activation import log_sigmoid, softplus, softsign
from convflow.ops.array.gather import unsorted_segment_sum
from convflow.ops.array.transpose import invert_permutation
from convflow.ops.math.argmax import argmax, argmin
from convflow.ops.math.arithmetic import (
    add,
    add_n,
    divide,
    floordiv,
    floormod,
    maximum,
    minimum,
    multiply,
    negative,
    pow,
    squared_difference,
    subtract,
    truediv,
)
from convflow.ops.math.arithmetic import floormod as mod
from convflow.ops.math.bessel import bessel_i0, bessel_i0e, bessel_i1, bessel_i1e
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
from convflow.ops.math.complex import angle, conj, imag, real
from convflow.ops.math.confusion_matrix import confusion_matrix
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
from convflow.ops.math.gamma import digamma, lbeta, lgamma, polygamma, zeta
from convflow.ops.math.histogram import bincount
from convflow.ops.math.incomplete import betainc, igamma, igammac
from convflow.ops.math.no_nan import div_no_nan as divide_no_nan
from convflow.ops.math.no_nan import multiply_no_nan, reciprocal_no_nan, xdivy, xlog1py, xlogy
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
from convflow.ops.math.scan import cumprod, cumsum, cumulative_logsumexp
from convflow.ops.math.segment import segment_max, segment_mean, segment_min, segment_prod, segment_sum
from convflow.ops.math.statistics import count_nonzero, reduce_std, reduce_variance
from convflow.ops.math.sums import accumulate_n, polyval, scalar_mul
from convflow.ops.math.trigonometry import acos, acosh, asin, asinh, atan, atan2, atanh, cosh, sinh, tan
from convflow.ops.math.unsorted_segment import (
    unsorted_segment_max,
    unsorted_segment_mean,
    unsorted_segment_min,
    unsorted_segment_prod,
    unsorted_segment_sqrt_n,
)
from convflow.ops.monotonic import is_non_decreasing, is_strictly_increasing
from convflow.ops.norm import l2_normalize, zero_fraction
from convflow.ops.softmax import log_softmax, softmax
from convflow.ops.top_k import in_top_k, top_k

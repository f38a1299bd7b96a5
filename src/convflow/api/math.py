"""tf.math"""

from convflow.ops.activation import log_sigmoid, softplus, softsign
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
from convflow.ops.math.complex import conj, imag, real
from convflow.ops.math.elementwise import (
    abs,
    ceil,
    cos,
    exp,
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
from convflow.ops.math.reduce import (
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
)
from convflow.ops.math.scan import cumprod, cumsum
from convflow.ops.math.statistics import count_nonzero, reduce_std, reduce_variance
from convflow.ops.norm import l2_normalize, zero_fraction
from convflow.ops.softmax import log_softmax, softmax
from convflow.ops.top_k import in_top_k, top_k

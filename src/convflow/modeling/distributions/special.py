"""Distribution functions of the standard normal and Laplace distributions, exact in the tails too."""

from __future__ import annotations

import math

import numpy as np

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import constant, zeros_like
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.comparison import greater, less
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import exp, log, log1p, square
from convflow.ops.math.error_function import erf, erfc
from convflow.ops.math.select import where_v2

# Between the two the logarithm of `ndtr` is good; below, it underflows, and above, 1 - ndtr is lost.
_SEGMENTS = {dtypes.float32: (-10.0, 5.0), dtypes.float64: (-20.0, 8.0)}
_SERIES_TERMS = 3


def ndtr(x: Tensor) -> Tensor:
    """The probability of at most `x` under the standard normal distribution."""
    with name_scope("ndtr", values=[x]):
        return _ndtr(x)


def _ndtr(x: Tensor) -> Tensor:
    half_sqrt_2 = constant(0.5 * math.sqrt(2.0), dtype=x.dtype.base_dtype, name="half_sqrt_2")
    w = x * half_sqrt_2
    z = absolute(w)
    tail = where_v2(greater(w, 0.0), 2.0 - erfc(z), erfc(z))
    return 0.5 * where_v2(less(z, half_sqrt_2), 1.0 + erf(w), tail)


def log_ndtr(x: Tensor) -> Tensor:
    """The logarithm of `ndtr`. Far below zero its asymptotic series stands in (Abramowitz, Stegun 26.2.12)."""
    with name_scope("log_ndtr", values=[x]):
        if x.dtype.base_dtype not in _SEGMENTS:
            raise TypeError(f"x.dtype={x.dtype.name} is not supported: it must be float32 or float64.")
        lower, upper = (np.array(limit, x.dtype.as_numpy_dtype) for limit in _SEGMENTS[x.dtype.base_dtype])
        middle = log(_ndtr(maximum(x, lower)))
        below = where_v2(greater(x, lower), middle, _log_ndtr_far_below(minimum(x, lower)))
        return where_v2(greater(x, upper), -_ndtr(-x), below)


def _log_ndtr_far_below(x: Tensor) -> Tensor:
    x_squared = square(x)
    log_scale = -0.5 * x_squared - log(-x) - 0.5 * math.log(2.0 * math.pi)
    # 1 - 1/x^2 + 1*3/x^4 - 1*3*5/x^6, the even and the odd terms added up separately.
    even, odd, power = zeros_like(x), zeros_like(x), x_squared
    for n in range(1, _SERIES_TERMS + 1):
        term = np.array(math.prod(range(2 * n - 1, 1, -2)), x.dtype.as_numpy_dtype) / power
        if n % 2:
            odd = odd + term
        else:
            even = even + term
        power = power * x_squared
    return log_scale + log(1.0 + even - odd)


def log_cdf_laplace(x: Tensor) -> Tensor:
    """The logarithm of the probability of at most `x` under the standard Laplace distribution."""
    with name_scope("log_cdf_laplace", values=[x]):
        below = -math.log(2.0) + x
        # An exponent of both signs would overflow on the side that is not taken, and spoil its gradient.
        above = log1p(-0.5 * exp(-absolute(x)))
        return where_v2(x < 0.0, below, above)

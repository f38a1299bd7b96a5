"""Normalization made of elementwise ops (API: tf.nn.batch_normalization, tf.nn.l2_normalize, tf.nn.zero_fraction)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import zeros
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.control_flow import cond
from convflow.ops.math.arithmetic import maximum, multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import not_equal
from convflow.ops.math.complex import complex, imag, real
from convflow.ops.math.elementwise import rsqrt, square
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.window import either


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: Any, name: str | None = None
) -> Tensor:
    """(x - mean) / sqrt(variance + variance_epsilon) * scale + offset (API: tf.nn.batch_normalization).

    Args:
        x: a float tensor.
        mean, variance: broadcast with `x`.
        offset, scale: the same; None leaves them out.
        variance_epsilon: keeps the division away from 0.
    """
    with name_scope(name, "batchnorm", [x, mean, variance, scale, offset]):
        factor: Any = rsqrt(variance + variance_epsilon)
        if scale is not None:
            factor = factor * scale
        x = x if isinstance(x, Tensor) else convert_to_tensor(x)
        # In TensorFlow's order: the product, then what it is shifted by.
        product: Any = x * cast(factor, x.dtype.base_dtype)
        shift = -mean * factor if offset is None else offset - mean * factor
        return product + cast(shift, x.dtype.base_dtype)


def batch_norm_with_global_normalization(
    t: Any = None,
    m: Any = None,
    v: Any = None,
    beta: Any = None,
    gamma: Any = None,
    variance_epsilon: Any = None,
    scale_after_normalization: bool | None = None,
    name: str | None = None,
    input: Any = None,
    mean: Any = None,
    variance: Any = None,
) -> Tensor:
    """`batch_normalization` under its former arguments (API: tf.nn.batch_norm_with_global_normalization).

    Args:
        t, m, v: x, mean and variance, also called `input`, `mean` and `variance`.
        beta: the offset.
        gamma: the scale, used if `scale_after_normalization`.
    """
    t, m, v = either("input", input, "t", t), either("mean", mean, "m", m), either("variance", variance, "v", v)
    scale = gamma if scale_after_normalization else None
    return batch_normalization(t, m, v, beta, scale, variance_epsilon, name)


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None) -> Tensor:
    """`x` divided by its Euclidean norm along axes (API: tf.nn.l2_normalize).

    Args:
        x: a float or complex tensor.
        axis: an axis or a list of axes; None for all of `x`.
        epsilon: the least squared norm to divide by.
        dim: the former name of `axis`.
    """
    axis = either("axis", axis, "dim", dim)
    with name_scope(name, "l2_normalize", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return _complex_l2_normalize(x, axis, epsilon, scope)
        squares = reduce_sum(square(x), axis, keepdims=True)
        return multiply(x, rsqrt(maximum(squares, epsilon)), name=scope)


def _complex_l2_normalize(x: Tensor, axis: Any, epsilon: float, scope: str) -> Tensor:
    real_part: Any = square(real(x))
    squares = real(reduce_sum(real_part + square(imag(x)), axis, keepdims=True))
    inverse = rsqrt(maximum(squares, epsilon))
    return complex(multiply(real(x), inverse), multiply(imag(x), inverse), name=scope)


def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """Which part of the elements are 0, a float32 scalar; NaN if there are none (API: tf.nn.zero_fraction).

    Args:
        value: a tensor of any number type and shape.
    """
    with name_scope(name, "zero_fraction", [value]):
        value = convert_to_tensor(value, name="value")
        size: Any = size_of(value, out_type=dtypes.int64)
        # The larger counter is for tensors that the smaller one cannot count.
        nonzero = cond(
            size <= dtypes.int32.max,
            true_fn=lambda: cast(_count_nonzero(value, dtypes.int32), dtypes.int64),
            false_fn=lambda: _count_nonzero(value, dtypes.int64),
        )
        with name_scope("counts_to_fraction"):
            zero_count: Any = cast(size - nonzero, dtypes.float32)
            fraction = zero_count / cast(size, dtypes.float32)
        return identity(fraction, "fraction")


def _count_nonzero(value: Tensor, dtype: dtypes.DType) -> Tensor:
    with name_scope("count_nonzero", values=[value]):
        zero = zeros([], dtype=value.dtype.base_dtype)
        return reduce_sum(cast(not_equal(value, zero), dtype), name="nonzero_count")

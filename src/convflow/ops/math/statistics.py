"""Counts and spreads along axes, made of reductions (API: tf.count_nonzero, tf.math.reduce_variance)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.constant import zeros
from convflow.ops.math.arithmetic import multiply, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import not_equal
from convflow.ops.math.complex import conj, real
from convflow.ops.math.elementwise import sqrt, square
from convflow.ops.math.reduce import reduce_mean, reduce_sum


def count_nonzero(
    input_tensor: Any = None,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: Any = dtypes.int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
    input: Any = None,
) -> Tensor:
    """How many elements are not 0 (False, the empty string) along axes (API: tf.count_nonzero).

    Args:
        axis, keepdims: as of `tf.reduce_sum`; `reduction_indices`, `keep_dims` and `input` are former names.
        dtype: the count's type.
    """
    input_tensor = input if input_tensor is None else input_tensor
    if input_tensor is None:
        raise TypeError("tf.count_nonzero needs a tensor as its first argument.")
    with name_scope(name, "count_nonzero", [input_tensor]):
        tensor = convert_to_tensor(input_tensor, name="input_tensor")
        if tensor.dtype.base_dtype is dtypes.bool:
            differs = tensor
        else:
            differs = not_equal(tensor, zeros([], dtype=tensor.dtype.base_dtype))
        counted = reduce_sum(
            cast(differs, dtypes.int64),
            axis=axis,
            keepdims=keepdims,
            reduction_indices=reduction_indices,
            keep_dims=keep_dims,
        )
        return cast(counted, dtype)


def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The mean squared distance from the mean along axes (API: tf.math.reduce_variance).

    Args:
        input_tensor: a floating or complex tensor.
        axis: an axis or a list of axes, negative ones counted from the end; None reduces all.
        keepdims: keep the reduced axes with size 1.

    Returns:
        Real numbers, without the reduced axes.

    Raises:
        TypeError: integers or another type.
    """
    with name_scope(name or "reduce_variance"):
        x = convert_to_tensor(input_tensor)
        if not (x.dtype.is_floating or x.dtype.is_complex):
            raise TypeError(f"Input must be either real or complex, got {x.dtype.name}. Use tf.cast.")
        mean = reduce_mean(x, axis=axis, keepdims=True)
        with name_scope(None, "sub", [x, mean]) as scope:  # named as the operator `-` names it
            distance = subtract(x, mean, name=scope)
        squares = real(multiply(conj(distance), distance)) if x.dtype.is_complex else square(distance)
        return reduce_mean(squares, axis=axis, keepdims=keepdims)


def reduce_std(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The standard deviation along axes, the root of `reduce_variance` (API: tf.math.reduce_std).

    Args:
        input_tensor: a floating or complex tensor.
        axis: an axis or a list of axes, negative ones counted from the end; None reduces all.
        keepdims: keep the reduced axes with size 1.

    Returns:
        Real numbers, without the reduced axes.

    Raises:
        TypeError: integers or another type.
    """
    with name_scope(name or "reduce_std"):
        x = convert_to_tensor(input_tensor)
        return sqrt(reduce_variance(x, axis=axis, keepdims=keepdims))

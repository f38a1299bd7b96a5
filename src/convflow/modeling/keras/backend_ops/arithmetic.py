"""Sums, products and updates in Keras' terms (API: tf.keras.backend)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.keras import backend
from convflow.modeling.keras.backend_ops.values import cast
from convflow.ops import norm
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array import concat as concats
from convflow.ops.array import reshape as reshapes
from convflow.ops.array import transpose as transposes
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.math import argmax as argmaxs
from convflow.ops.math import elementwise
from convflow.ops.math.cast import cast as cast_op
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_all, reduce_any, reduce_mean
from convflow.ops.math.tensordot import tensordot


def update(x: Any, new_x: Any) -> Any:
    """Write into a variable (API: tf.keras.backend.update).

    Args:
        x: a variable.
        new_x: a tensor or array of its shape.

    Returns:
        the update: the new value when it is run; done at once in eager mode.
    """
    return x.assign(new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Add to a variable (API: tf.keras.backend.update_add).

    Args:
        x: a variable.
        increment: a tensor or array of its shape.

    Returns:
        the update: the new value when it is run; done at once in eager mode.
    """
    return x.assign_add(increment)


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtract from a variable (API: tf.keras.backend.update_sub).

    Args:
        x: a variable.
        decrement: a tensor or array of its shape.

    Returns:
        the update: the new value when it is run; done at once in eager mode.
    """
    return x.assign_sub(decrement)


def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """x becomes momentum * x + (1 - momentum) * value (API: tf.keras.backend.moving_average_update).

    Args:
        x: a variable.
        value: a tensor of its shape and type.
        momentum: how much of the old value stays, from 0 to 1.

    Returns:
        the update: the new value when it is run; done at once in eager mode.
    """
    return x.assign_sub((x - value) * (1.0 - momentum))


def dot(x: Any, y: Any) -> Any:
    """The product over the last axis of x and the last but one of y (API: tf.keras.backend.dot).

    Args:
        x, y: tensors of one type, the size of the last axis of `x` that of the last but one of `y`.

    Returns:
        the other axes of `x`, then those of `y`.
    """
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    if (x.shape.rank or 0) <= 2 and (y.shape.rank or 0) <= 2:
        return matmul(x, y)
    return tensordot(x, y, [[x.shape.rank - 1], [max(y.shape.rank - 2, 0)]])


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """The products of the examples of two batches over an axis of each (API: tf.keras.backend.batch_dot).

    Args:
        x, y: (batch, ...), of two axes or more.
        axes: the axis, or that of x and that of y; the last of x and the last but one of y by default.
    """
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    rank_x, rank_y = x.shape.rank, y.shape.rank
    if axes is None:
        axes = (rank_x - 1, max(rank_y - 2, 1))
    one, other = (axes, axes) if isinstance(axes, int) else axes
    one, other = one % rank_x, other % rank_y
    if 0 in (one, other):
        raise ValueError("Cannot perform batch_dot over axis 0: it is the batch's.")
    wide_x = transposes.transpose(x, [*(axis for axis in range(rank_x) if axis != one), one])
    wide_y = transposes.transpose(y, [0, other, *(axis for axis in range(1, rank_y) if axis != other)])
    sizes_x: Any = shape_of(wide_x)
    sizes_y: Any = shape_of(wide_y)
    size = sizes_x[rank_x - 1]
    flat_x = reshapes.reshape(wide_x, stack([sizes_x[0], -1, size]))
    flat_y = reshapes.reshape(wide_y, stack([sizes_y[0], size, -1]))
    product = reshapes.reshape(matmul(flat_x, flat_y), concats.concat([sizes_x[: rank_x - 1], sizes_y[2:]], 0))
    known = [*wide_x.shape.as_list()[:-1], *wide_y.shape.as_list()[2:]]
    product.set_shape(known)
    return reshapes.expand_dims(product, 1) if len(known) == 1 else product


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Whether any is not zero (API: tf.keras.backend.any).

    Args:
        x: a tensor of any type; what is not 0 counts as True.
        axis: an int or list of ints; None for all axes.
        keepdims: whether reduced axes stay with size 1.

    Returns:
        a bool tensor.
    """
    return reduce_any(cast_op(x, dtypes.bool), axis, keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Whether none is zero (API: tf.keras.backend.all).

    Args:
        x: a tensor of any type; what is not 0 counts as True.
        axis: an int or list of ints; None for all axes.
        keepdims: whether reduced axes stay with size 1.

    Returns:
        a bool tensor.
    """
    return reduce_all(cast_op(x, dtypes.bool), axis, keepdims)


def clip(x: Any, min_value: Any, max_value: Any) -> Tensor:
    """Nothing below the one, nothing above the other (API: tf.keras.backend.clip).

    Args:
        x: a tensor of numbers.
        min_value: the smallest result; None for no limit.
        max_value: the largest result, at least `min_value`; None for no limit.

    Returns:
        a tensor of the shape and type of `x`.
    """
    if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)):
        max_value = max_value if max_value >= min_value else min_value
    return clip_by_value(x, -np.inf if min_value is None else min_value, np.inf if max_value is None else max_value)


def l2_normalize(x: Any, axis: Any = None) -> Tensor:
    """Of length 1 along an axis (API: tf.keras.backend.l2_normalize).

    Args:
        x: a tensor of a floating type.
        axis: an int or list of ints; None for all axes.

    Returns:
        a tensor of the shape and type of `x`.
    """
    return norm.l2_normalize(x, axis=axis)


def argmax(x: Any, axis: int = -1) -> Tensor:
    """The place of the largest along an axis (API: tf.keras.backend.argmax).

    Args:
        x: a tensor of numbers.
        axis: the axis; the last by default.

    Returns:
        an int64 tensor without that axis.
    """
    return argmaxs.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Tensor:
    """The place of the smallest along an axis (API: tf.keras.backend.argmin).

    Args:
        x: a tensor of numbers.
        axis: the axis; the last by default.

    Returns:
        an int64 tensor without that axis.
    """
    return argmaxs.argmin(x, axis)


def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The mean; of bool the part that is True (API: tf.keras.backend.mean).

    Args:
        x: a tensor of numbers, or bool, which is cast to `floatx()`.
        axis: an int or list of ints; None for all axes.
        keepdims: whether reduced axes stay with size 1.

    Returns:
        a tensor of the type of `x`.
    """
    x = convert_to_tensor(x)
    return reduce_mean(cast(x, backend.floatx()) if x.dtype.base_dtype == dtypes.bool else x, axis, keepdims)


def sqrt(x: Any) -> Tensor:
    """The root, of negative numbers 0 (API: tf.keras.backend.sqrt).

    Args:
        x: a tensor of a floating type.

    Returns:
        a tensor of its shape and type.
    """
    return elementwise.sqrt(clip_by_value(x, 0.0, np.inf))

"""Sums of products over chosen axes of two tensors (API: tf.tensordot)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import is_tensor, name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.gather import gather
from convflow.ops.array.list_diff import setdiff1d
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.transpose import transpose
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.math.select import where


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """Sums over pairs of axes of `a` and `b` (API: tf.tensordot), one matrix product.

    Args:
        axes: a number n for the last n axes of `a` with the first n of `b`; or the axes of `a` and those of `b`,
            two numbers or lists of the same length.

    Returns:
        The remaining axes of `a`, then those of `b`.

    Raises:
        ValueError: axes that do not exist or do not pair up.
    """
    with name_scope(name, "Tensordot", [a, b]) as scope:
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        a_axes, b_axes = _axis_pairs(a, axes)
        left, a_free, a_known = _as_matrix(a, a_axes, summed_first=False)
        right, b_free, b_known = _as_matrix(b, b_axes, summed_first=True)
        product = matmul(left, right)
        if isinstance(a_free, list) and isinstance(b_free, list):
            sizes = a_free + b_free
            if product.shape.rank is not None and product.shape.as_list() == sizes:
                return product
            return reshape(product, sizes, name=scope)
        a_free = convert_to_tensor(a_free, dtype=dtypes.int32)
        b_free = convert_to_tensor(b_free, dtype=dtypes.int32)
        product = reshape(product, concat([a_free, b_free], 0), name=scope)
        if a_known is not None and b_known is not None:
            product.set_shape(a_known + b_known)
        return product


def _axis_pairs(a: Tensor, axes: Any) -> tuple[Any, Any]:
    if isinstance(axes, (int, np.integer)):
        if axes < 0:
            raise ValueError(f"`axes` must be at least 0. Received: {axes}")
        if a.shape.rank is None:
            count = rank_of(a)
            return range_of(count - axes, count, dtype=dtypes.int32), range_of(axes, dtype=dtypes.int32)
        if axes > a.shape.rank:
            raise ValueError(f"`axes` must not be larger than the number of dimensions of {a}. Received: {axes}")
        return list(range(a.shape.rank - axes, a.shape.rank)), list(range(axes))
    if is_tensor(axes):
        return axes[0], axes[1]
    if len(axes) != 2:
        raise ValueError(f"`axes` must be a number or have length 2. Received: {axes}")
    a_axes, b_axes = ([int(part)] if isinstance(part, (int, np.integer)) else part for part in axes)
    if not is_tensor(a_axes) and not is_tensor(b_axes) and len(a_axes) != len(b_axes):
        raise ValueError(f"Different numbers of axes to sum over, {len(a_axes)} and {len(b_axes)}: {axes}")
    return a_axes, b_axes


def _as_matrix(x: Tensor, axes: Any, summed_first: bool) -> tuple[Tensor, Any, list[int | None] | None]:
    """`x` as a matrix of its free axes by its summed ones (the other way round if `summed_first`).

    Returns:
        The matrix, the sizes of the free axes, and what is known of these.
    """
    if x.shape.is_fully_defined() and not is_tensor(axes):
        return _static_matrix(x, axes, summed_first)
    if x.shape.rank is not None and not is_tensor(axes):
        summed, free = _split_axes(x.shape, axes)
        known: list[int | None] | None = [x.shape[axis].value for axis in free]
        summed = convert_to_tensor(summed, dtype=dtypes.int32, name="axes")
        free = convert_to_tensor(free, dtype=dtypes.int32, name="free")
        sizes = shape_of(x)
    else:
        known = None
        sizes, count = shape_of(x), rank_of(x)
        summed = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        summed = where(summed >= 0, summed, summed + count)
        free, _ = setdiff1d(range_of(count), summed)
    free_sizes, summed_sizes = gather(sizes, free), gather(sizes, summed)
    count_free, count_summed = reduce_prod(free_sizes), reduce_prod(summed_sizes)
    order, counts = [free, summed], [count_free, count_summed]
    if summed_first:
        order, counts = order[::-1], counts[::-1]
    perm, new_sizes = concat(order, 0), stack(counts)
    return reshape(transpose(x, perm), new_sizes), free_sizes, known


def _static_matrix(x: Tensor, axes: Any, summed_first: bool) -> tuple[Tensor, Any, list[int | None] | None]:
    sizes = [int(size) for size in x.shape]
    summed, free = _split_axes(x.shape, axes)
    order, parts = [*free, *summed], [free, summed]
    if summed_first:
        order, parts = [*summed, *free], [summed, free]
    counts = [math.prod(sizes[axis] for axis in part) for part in parts]
    if order != list(range(len(sizes))):
        x = transpose(x, order)
    if x.shape.as_list() != counts:
        x = reshape(x, counts)
    free_sizes: list[int | None] = [sizes[axis] for axis in free]
    return x, free_sizes, free_sizes


def _split_axes(shape: TensorShape, axes: Any) -> tuple[Any, Any]:
    rank = shape.rank or 0
    for axis in axes:
        if not -rank <= axis < rank:
            raise ValueError(f"There is no axis {axis} in a tensor of shape {shape}.")
    summed = [int(axis) % rank for axis in axes]
    return summed, [axis for axis in range(rank) if axis not in summed]

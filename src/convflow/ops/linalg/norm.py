"""Norms of vectors and matrices (API: tf.norm, tf.linalg.normalize)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.list_diff import setdiff1d
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.transpose import invert_permutation, transpose
from convflow.ops.linalg.svd import svd
from convflow.ops.math.arithmetic import pow
from convflow.ops.math.complex import conj
from convflow.ops.math.elementwise import abs, sqrt
from convflow.ops.math.reduce import reduce_max, reduce_sum


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The norm of vectors, matrices or a whole tensor (API: tf.norm).

    Args:
        ord: 'euclidean' (and 'fro' for matrices), 1, 2, infinity, or for vectors any positive number.
        axis: None takes the tensor for one vector, a number gives the vectors' axis, two numbers the matrices'.
        keepdims: keep these axes with size 1; `keep_dims` is its former name.

    Raises:
        ValueError: a norm that is not offered, or more than two axes.
    """
    if keepdims is not None and keep_dims is not None:
        raise ValueError("Cannot specify both 'keep_dims' and 'keepdims'.")
    keep = bool(keep_dims if keepdims is None else keepdims)
    of_matrices = isinstance(axis, (tuple, list)) and len(axis) == 2
    axes = _checked_axes(ord, axis, of_matrices)
    with name_scope(name, "norm", [tensor]):
        tensor = convert_to_tensor(tensor)
        if ord in ("fro", "euclidean", 2):
            if of_matrices and ord == 2:
                result = _largest_singular_value(tensor, axes)
            else:
                result = sqrt(reduce_sum(tensor * conj(tensor), axes, keepdims=True))
        else:
            result = _of_absolute_values(abs(tensor), ord, axes, of_matrices)
        return result if keep else squeeze(result, axes)


def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None) -> tuple[Tensor, Tensor]:
    """`tensor` divided by its norm, and the norm with its axes kept (API: tf.linalg.normalize).

    Args:
        tensor: floating or complex.
        ord: 'euclidean' (and 'fro' for matrices), 1, 2, infinity, or for vectors any positive number.
        axis: None takes the tensor for one vector, a number gives the vectors' axis, two numbers the matrices'.

    Returns:
        The normalized tensor of the shape and type of `tensor`, and the norm of its type, of size 1 along `axis`.

    Raises:
        ValueError: a norm that is not offered, or more than two axes.
    """
    with name_scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        length = norm(tensor, ord, axis, True)
        if length.dtype.base_dtype is not tensor.dtype.base_dtype:
            length = convert_to_tensor(length, dtype=tensor.dtype.base_dtype)
        return tensor / length, length


def _checked_axes(ord: Any, axis: Any, of_matrices: bool) -> list[int] | None:
    if of_matrices:
        if not all(isinstance(a, (int, np.integer)) for a in axis) or axis[0] == axis[1]:
            raise ValueError(f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}.")
        if ord not in ("euclidean", "fro", 1, 2, math.inf):
            raise ValueError(f"'ord' must be a supported matrix norm, 'euclidean', 'fro', 1, 2 or inf, got {ord!r}.")
        return [int(a) for a in axis]
    if axis is not None and not isinstance(axis, (int, np.integer)):
        raise ValueError(f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}.")
    if ord != "euclidean" and (isinstance(ord, str) or not np.isreal(ord) or ord <= 0):
        raise ValueError(f"'ord' must be a supported vector norm, 'euclidean' or a number above 0, got {ord!r}.")
    return None if axis is None else [int(axis)]


def _of_absolute_values(x: Tensor, ord: Any, axes: list[int] | None, of_matrices: bool) -> Tensor:
    first = None if axes is None else axes[0]
    if ord == 1:
        result = reduce_sum(x, first, keepdims=True)
        return reduce_max(result, axes[-1], keepdims=True) if of_matrices and axes else result
    if ord == math.inf:
        if of_matrices and axes:
            x = reduce_sum(x, axes[1], keepdims=True)
        return reduce_max(x, first, keepdims=True)
    return pow(reduce_sum(pow(x, ord), axes, keepdims=True), 1.0 / ord)


def _largest_singular_value(tensor: Tensor, axes: list[int] | None) -> Tensor:
    rank = rank_of(tensor) if tensor.shape.rank is None else tensor.shape.rank
    moved = [axis if axis >= 0 else axis + rank for axis in axes or []]
    last = convert_to_tensor(moved)
    before = concat([setdiff1d(range_of(rank), last).out, last], 0)
    values = svd(transpose(tensor, before), compute_uv=False)
    largest = expand_dims(reduce_max(abs(values), axis=-1, keepdims=True), axis=-1)
    return transpose(largest, invert_permutation(before))

"""Coordinates and masks by comparing counters (API: tf.meshgrid, tf.sequence_mask)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.constant import constant, ones
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.array.stack import stack
from convflow.ops.math.arithmetic import maximum, multiply
from convflow.ops.math.comparison import less


def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """The coordinates of a grid's points along each axis (API: tf.meshgrid).

    Args:
        args: a vector of coordinates for each axis, all of one type.
        indexing: "xy" (the default; the second axis comes first, as of pictures) or "ij".
        name: the name scope of the nodes.

    Returns:
        A tensor of the grid's shape for each axis.

    Raises:
        TypeError: another keyword.
        ValueError: another indexing.
    """
    indexing, name = kwargs.pop("indexing", "xy"), kwargs.pop("name", "meshgrid")
    if kwargs:
        raise TypeError(f"'{next(iter(kwargs))}' is an invalid keyword argument for tf.meshgrid.")
    if indexing not in ("xy", "ij"):
        raise ValueError(f"Argument `indexing` parameter must be either 'xy' or 'ij', got '{indexing}'.")
    with name_scope(name, "meshgrid", list(args)):
        count = len(args)
        lines = [
            reshape(stack(arg), [-1 if axis == index else 1 for axis in range(count)]) for index, arg in enumerate(args)
        ]
        sizes = [size_of(arg) for arg in args]
        kind = convert_to_tensor(args[0]).dtype.base_dtype if args else dtypes.float32
        if indexing == "xy" and count > 1:
            lines[0] = reshape(lines[0], [1, -1] + [1] * (count - 2))
            lines[1] = reshape(lines[1], [-1, 1] + [1] * (count - 2))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        everywhere = ones(sizes, kind)
        # Named as Python's operator `*` names it.
        return [_times(line, everywhere) for line in lines]


def _times(x: Tensor, y: Tensor) -> Tensor:
    with name_scope(None, "mul", [x, y]) as scope:
        return multiply(x, y, name=scope)


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = dtypes.bool, name: str | None = None) -> Tensor:
    """True for the first lengths[i] of `maxlen` places (API: tf.sequence_mask).

    Args:
        lengths: integers of any shape.
        maxlen: how many places, an integer scalar; the largest length by default.
        dtype: the type of the result.

    Returns:
        Shape [*lengths.shape, maxlen].

    Raises:
        ValueError: maxlen is no scalar.
    """
    with name_scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            largest = _largest(lengths)
            maxlen = maximum(constant(0, lengths.dtype), largest)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen.shape.rank not in (None, 0):
            raise ValueError(f"Argument `maxlen` must be scalar for sequence_mask, received `maxlen` = {maxlen}.")
        zero, one = constant(0, maxlen.dtype), constant(1, maxlen.dtype)
        places = apply_op("Range", start=zero, limit=maxlen, delta=one)
        limits = apply_op("Cast", x=expand_dims(lengths, -1), DstT=maxlen.dtype.base_dtype)
        result = less(places, limits)
        wanted = dtypes.as_dtype(dtype)
        return result if wanted is dtypes.bool else apply_op("Cast", x=result, DstT=wanted)


def _largest(lengths: Tensor) -> Tensor:
    rank = lengths.shape.rank
    if rank is None:
        every: Any = apply_op("Range", start=0, limit=apply_op("Rank", input=lengths), delta=1)
    else:
        every = constant(list(range(rank)), dtype=dtypes.int32)
    return apply_op("Max", input=lengths, reduction_indices=every)

"""Elements repeated one by one (API: tf.repeat)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones
from convflow.ops.array.grid import sequence_mask
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import boolean_mask, getitem
from convflow.ops.array.tile import broadcast_to, tile
from convflow.ops.math.arithmetic import maximum, multiply, subtract
from convflow.ops.math.reduce import reduce_max


def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Tensor:
    """Each slice along an axis several times in a row (API: tf.repeat).

    Args:
        input: a tensor; without an axis its elements in row-major order.
        repeats: how often, an integer for all slices or a vector with one for each.
        axis: the axis.

    Raises:
        ValueError: `input` of unknown rank, an axis outside of it, repeats of rank above 1.
    """
    if axis is None:
        input, axis = reshape(input, [-1]), 0
    with name_scope(name, "Repeat", [input, repeats]):
        data = convert_to_tensor(input, name="data")
        repeats = convert_to_tensor(repeats, name="repeats")
        # A node in any case, also where the type is the same.
        repeats = apply_op("Cast", x=repeats, DstT=dtypes.int64 if repeats.dtype is dtypes.int64 else dtypes.int32)
        at = _checked_axis(axis, data.shape)
        _check_repeats(repeats)
        sizes = shape_of(data, out_type=repeats.dtype.base_dtype)
        if repeats.shape.num_elements() == 1:
            return _all_alike(data, repeats, sizes, at)
        return _each_by_itself(data, repeats, sizes, at)


def _checked_axis(axis: int, shape: TensorShape) -> int:
    rank = shape.rank
    if rank is None:
        if axis < 0:
            raise ValueError(f"axis={axis} of tf.repeat counts from the end of an input of unknown rank; use one >= 0.")
        return axis
    if not -rank <= axis < rank:
        raise ValueError(f"axis={axis} of tf.repeat must lie in [{-rank}, {rank}) for the shape {shape}.")
    return axis % rank


def _check_repeats(repeats: Tensor) -> None:
    if repeats.shape.rank is not None and repeats.shape.rank > 1:
        raise ValueError(f"repeats of tf.repeat must be a scalar or a vector, has shape {repeats.shape}.")


def _all_alike(data: Tensor, repeats: Tensor, sizes: Tensor, axis: int) -> Tensor:
    count = reshape(repeats, [])
    expanded = expand_dims(data, axis + 1)
    tiled = tile(expanded, _multiples(count, expanded, axis + 1))
    before, size = getitem(sizes, slice(None, axis)), getitem(sizes, axis)
    with name_scope(None, "mul") as scope:
        total = multiply(count, size, name=scope)
    after = getitem(sizes, slice(axis + 1, None))
    return reshape(tiled, concat([before, [total], after], axis=0))


def _multiples(count: Tensor, data: Tensor, axis: int) -> Any:
    if data.shape.rank is None:
        once = ones(rank_of(data), dtypes.int32)
        return concat([getitem(once, slice(None, axis)), [count], getitem(once, slice(axis + 1, None))], axis=0)
    result: list[Any] = [1] * data.shape.rank
    result[axis] = count
    return result


def _each_by_itself(data: Tensor, repeats: Tensor, sizes: Tensor, axis: int) -> Tensor:
    # Every slice as often as the one repeated most, and then those beyond its own number are left out.
    counts = broadcast_to(repeats, [getitem(sizes, axis)])
    everywhere = _along_leading_axes(counts, sizes, axis) if axis else counts
    largest = reduce_max(everywhere)
    most = maximum(convert_to_tensor(0, dtype=everywhere.dtype, name="zero"), largest)
    mask = sequence_mask(everywhere, most)
    expanded = expand_dims(data, axis + 1)
    tiled = tile(expanded, _multiples(most, expanded, axis + 1))
    chosen = boolean_mask(tiled, mask)
    if not axis:
        return chosen
    every = apply_op("Range", start=0, limit=rank_of(counts), delta=1)
    total = apply_op("Sum", input=counts, reduction_indices=every)
    before, after = getitem(sizes, slice(None, axis)), getitem(sizes, slice(axis + 1, None))
    return reshape(chosen, concat([before, [total], after], axis=0))


def _along_leading_axes(counts: Tensor, sizes: Tensor, axis: int) -> Tensor:
    counts_shape, rank = shape_of(counts), rank_of(counts)
    with name_scope(None, "sub") as scope:
        above = subtract(convert_to_tensor(axis + 1, name="x"), rank, name=scope)
    leading = getitem(sizes, slice(None, above))
    return broadcast_to(counts, concat([leading, counts_shape], axis=0))

"""Gathering in each example of a batch by itself (API: tf.batch_gather, tf.gather_nd with batch_dims)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones, zeros
from convflow.ops.array.gather import gather
from convflow.ops.array.grid import meshgrid
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack, unstack
from convflow.ops.array.strided_slice import getitem
from convflow.ops.array.tile import tile
from convflow.ops.array.transpose import transpose
from convflow.ops.math.arithmetic import multiply, subtract
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.state import is_resource


def batch_gather(params: Any, indices: Any, name: str | None = None) -> Tensor:
    """Slices of each example of a batch: params[b, indices[b, i]] (API: tf.batch_gather).

    Args:
        params: [*batch, n, ...].
        indices: integers [*batch, m].

    Raises:
        ValueError: indices of unknown rank.
    """
    with name_scope(name, "BatchGather", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        rank = indices.shape.rank
        if rank is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        return _gathered(params, indices, rank)


def _gathered(params: Tensor, indices: Tensor, rank: int) -> Tensor:
    # All examples are put one behind the other, the indices moved on by the examples before.
    kind = indices.dtype.base_dtype
    indices_shape, params_shape = shape_of(indices), shape_of(params)
    places = indices
    step: Any = ones((), kind)
    # TensorFlow casts to the same type too.
    sizes = apply_op("Cast", x=params_shape, DstT=kind)
    for axis in range(rank - 1, 0, -1):
        count = getitem(sizes, axis - 1)
        step = _product(step, getitem(sizes, axis))
        starts = _product(apply_op("Range", start=zeros((), kind), limit=count, delta=ones((), kind)), step)
        shape = stack([1] * (axis - 1) + [count] + [1] * (rank - axis))
        starts = reshape(starts, shape)
        with name_scope(None, "add") as scope:
            places = apply_op("AddV2", x=places, y=starts, name=scope)
    flat = reshape(places, [-1])
    rest = getitem(params_shape, slice(rank, None))
    rows = reshape(params, concat([[reduce_prod(getitem(params_shape, slice(None, rank)), [0])], rest], axis=0))
    result = reshape(gather(rows, flat), concat([indices_shape, rest], axis=0))
    shape = indices.shape[: rank - 1].merge_with(params.shape[: rank - 1])
    result.set_shape(shape.concatenate(indices.shape[rank - 1 :]).concatenate(params.shape[rank:]))
    return result


def _product(x: Tensor, y: Tensor) -> Tensor:
    with name_scope(None, "mul") as scope:
        return multiply(x, y, name=scope)


def _difference(x: Tensor, y: int) -> Tensor:
    with name_scope(None, "sub") as scope:
        return subtract(x, convert_to_tensor(y, dtype=x.dtype, name="y"), name=scope)


def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: Any = 0) -> Tensor:
    """The slices params[indices[i, ..., :]], in each example of a batch by itself (API: tf.gather_nd).

    Args:
        params: [*batch, ...].
        indices: integers [*batch, ..., k], coordinates along the k axes after the batch's.
        batch_dims: how many leading axes params and indices share.

    Raises:
        ValueError: more coordinates than axes; with a batch also ranks that are unknown or do not reach beyond it.
        InvalidArgumentError: (when run) a coordinate outside of its axis.
    """
    count = _known_count(batch_dims)
    if count == 0 and is_resource(params):
        return params.gather_nd(indices, name=name)
    if count == 0:
        return apply_op("GatherNd", params=params, indices=indices, name=name)
    with name_scope(name, "BatchGatherND", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        _check_ranks(params, indices, count)
        params_shape, indices_shape = shape_of(params), shape_of(indices)
        batch = getitem(params_shape, slice(None, count))
        batch_size = reduce_prod(batch, [0])
        inner_rank = _difference(_difference(rank_of(indices), count), 1)
        inner = getitem(indices_shape, slice(count, -1))
        own = tile(*_batch_coordinates(batch, inner_rank, inner, indices))
        flat = reshape(indices, concat([[batch_size], getitem(indices_shape, slice(count, None))], axis=0))
        found = apply_op("GatherNd", params=params, indices=concat([own, flat], axis=-1))
        rest = getitem(shape_of(found), slice(1, None))
        result = reshape(found, concat([batch, rest], axis=0))
        result.set_shape(indices.shape[:count].merge_with(params.shape[:count]).concatenate(found.shape[1:]))
        return result


def _known_count(batch_dims: Any) -> int:
    known = constant_value(batch_dims) if isinstance(batch_dims, Tensor) else batch_dims
    if known is None or isinstance(known, float):
        raise TypeError(f"Argument `batch_dims` must be an int; got {batch_dims!r}.")
    if int(known) < 0:
        raise ValueError(f"gather_nd does not allow negative batch_dims, got {int(known)}.")
    return int(known)


def _check_ranks(params: Tensor, indices: Tensor, count: int) -> None:
    for what, tensor in (("indices", indices), ("params", params)):
        if tensor.shape.rank is None:
            raise ValueError(f"gather_nd with batch_dims does not allow {what} with unknown shape.")
        if count >= tensor.shape.rank:
            raise ValueError(
                f"batch_dims = {count} must be less than rank({what}) = {tensor.shape.rank}: its shape is "
                f"{tensor.shape}."
            )
    if not params.shape[:count].is_compatible_with(indices.shape[:count]):
        raise ValueError(
            f"params and indices must have the same {count} batch axes, but have shapes {params.shape} and "
            f"{indices.shape}."
        )


def _batch_coordinates(batch: Tensor, inner_rank: Tensor, inner: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    """The examples' coordinates, a row for each example, and how often to repeat each."""
    kind = indices.dtype.base_dtype
    axes = []
    for size in unstack(batch):
        limit = apply_op("Cast", x=size, DstT=dtypes.int32)
        counter = apply_op("Range", start=0, limit=limit, delta=1)
        axes.append(apply_op("Cast", x=counter, DstT=kind))
    lines = [reshape(line, [-1]) for line in meshgrid(*axes, indexing="ij")]
    table = transpose(stack(lines))
    sizes = shape_of(table)
    widened = concat(
        [getitem(sizes, slice(None, 1)), ones(inner_rank, dtypes.int32), getitem(sizes, slice(1, None))], axis=0
    )
    return reshape(table, widened), concat([[1], inner, [1]], axis=0)

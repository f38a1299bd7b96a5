"""Picking slices by index, and adding slices up by index (API: tf.gather, tf.unsorted_segment_sum)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices, to_dense
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with
from convflow.graph.static_value import constant_value
from convflow.ops import rules
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.array.slice import slice_
from convflow.ops.math.arithmetic import add, multiply, subtract
from convflow.ops.math.cast import cast
from convflow.ops.state import is_resource
from convflow.ops.types import NUMBER


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: Any = None,
    batch_dims: int = 0,
) -> Tensor:
    """Slices of `params` along an axis (API: tf.gather).

    Args:
        params: a tensor of rank above `axis`.
        indices: int32 or int64, of any shape; the axis is replaced by its axes after `batch_dims`.
        validate_indices: accepted; indices are always checked.
        axis: 0 by default, `batch_dims` where that is given.
        batch_dims: how many leading axes params and indices share.

    Raises:
        InvalidArgumentError: (when run) an index outside of the axis.
    """
    axis = batch_dims if axis is None else axis
    if isinstance(axis, int) and axis == 0 and batch_dims == 0 and is_resource(params):
        return params.sparse_read(indices, name=name)
    return apply_op("GatherV2", params=params, indices=indices, axis=axis, batch_dims=batch_dims, name=name)


def _gather_shape(ctx: Any) -> list[TensorShape]:
    params, indices, axis, batch_dims = ctx.input(0), ctx.input(1), ctx.constant(2), ctx.attr("batch_dims")
    rules.with_rank(ctx.input(2), 0, "axis")
    if params.rank is None or indices.rank is None:
        return [unknown_shape()]
    batch = batch_dims + indices.rank if batch_dims < 0 else batch_dims
    rank = params.rank + indices.rank - batch - 1
    if axis is None:
        return [unknown_shape(rank)]
    at = _checked_axis(int(axis), params)
    if not 0 <= batch <= min(at, indices.rank):
        raise ValueError(f"batch_dims={batch_dims} must lie in [0, {min(at, indices.rank)}] for axis {at}, {indices}.")
    shared = TensorShape(
        [rules.merge_dimension(params[i], indices[i], f"batch axis {i} of a gather") for i in range(batch)]
    )
    parts = (params[batch:at], indices[batch:], params[at + 1 :])
    for part in parts:
        shared = shared.concatenate(part)
    return [shared]


def _checked_axis(axis: int, params: TensorShape) -> int:
    rank = len(params)
    if not -rank <= axis < rank:
        needed = axis + 1 if axis >= 0 else -axis
        raise ValueError(f"Shape must be at least rank {needed} but is rank {rank}: axis {axis} of params {params}.")
    return axis % rank


def _gather_kernel(op: Operation) -> Callable[..., Any]:
    batch_dims = op.attrs["batch_dims"]

    def compute(params: Any, indices: torch.Tensor, axis: torch.Tensor) -> Any:
        at = _checked_axis(int(axis), TensorShape(params.shape))
        _check_indices(indices, params.shape[at])
        if isinstance(params, np.ndarray):
            return np.take(params, indices.numpy(), at) if batch_dims == 0 else _batched_strings(params, indices, at)
        batch = batch_dims % max(indices.ndim, 1) if batch_dims < 0 else batch_dims
        if batch:
            return _batched(params, indices, at, batch)
        picked = params.index_select(at, indices.reshape(-1))
        return picked.reshape((*params.shape[:at], *indices.shape, *params.shape[at + 1 :]))

    def _batched_strings(params: np.ndarray, indices: torch.Tensor, at: int) -> np.ndarray:
        positions = torch.arange(params.size).reshape(params.shape)
        batch = batch_dims % max(indices.ndim, 1)
        return params.reshape(-1)[_batched(positions, indices, at, batch).numpy()]

    return compute


def _check_indices(indices: torch.Tensor, size: int) -> None:
    if indices.numel() and not 0 <= int(indices.min()) <= int(indices.max()) < size:
        wrong = next(i for i in indices.reshape(-1).tolist() if not 0 <= i < size)
        raise ValueError(f"indices holds {wrong}, which is not in [0, {size})")


def _batched(params: torch.Tensor, indices: torch.Tensor, axis: int, batch: int) -> torch.Tensor:
    if params.shape[:batch] != indices.shape[:batch]:
        raise ValueError(f"params {list(params.shape)} and indices {list(indices.shape)} differ in a batch axis.")
    moved = params.movedim(axis, batch)
    rows = moved.reshape(params.shape[:batch].numel(), moved.shape[batch], -1)
    wanted = indices.reshape(rows.shape[0], -1, 1).long().expand(-1, -1, rows.shape[2])
    inner = indices.shape[batch:]
    picked = rows.gather(1, wanted).reshape((*indices.shape, *moved.shape[batch + 1 :]))
    # The axes of the indices go where the gathered axis stood.
    source = list(range(batch, batch + len(inner)))
    return picked.movedim(source, [position + axis - batch for position in source]).contiguous()


def _gather_gradient(op: Operation, grad: Tensor) -> list[Any]:
    """The slices of the first axis stay apart, so that an optimizer need not touch the rows nobody took."""
    params, indices, _ = op.inputs
    with colocate_with(params):
        sizes = shape_of(params)
    axis = _axis_of(op)
    if axis == 0 and op.attrs["batch_dims"] == 0:
        return [gathered_slices(grad, indices, sizes, knowingly=True), None, None]
    total = _summed_in_blocks(grad, indices, sizes, axis, op.attrs["batch_dims"])
    return [reshape(total, sizes), None, None]


def gathered_slices(grad: Any, indices: Tensor, sizes: Tensor, knowingly: bool = False) -> IndexedSlices:
    """The gradient of what `indices` took of the rows of a tensor with the shape `sizes`.

    Args:
        knowingly: make a gradient of slices dense without a warning.
    """
    count = expand_dims(size_of(indices), 0)
    values_shape = concat([count, sizes[1:]], 0)
    if knowingly and isinstance(grad, IndexedSlices):
        grad = to_dense(grad)
    return IndexedSlices(reshape(grad, values_shape), reshape(indices, count), sizes)


def _axis_of(op: Operation) -> Any:
    """The axis counted from the front, as a number where it is known."""
    known, rank = constant_value(op.inputs[2]), op.inputs[0].shape.rank
    if known is not None and rank is not None:
        return int(known) % rank
    if known is not None and known >= 0:
        return int(known)
    return apply_op("FloorMod", x=cast(op.inputs[2], "int32"), y=apply_op("Rank", input=op.inputs[0]))


def _summed_in_blocks(grad: Tensor, indices: Tensor, sizes: Tensor, axis: Any, batch_dims: int) -> Tensor:
    # Every shape is seen as [batch, outer, gathered, inner], and the batches as one long gathered axis.
    if batch_dims < 0:
        batch_dims += len(indices.shape)
    batch, outer = _product(sizes, 0, batch_dims), _product(sizes, batch_dims, subtract(axis, batch_dims))
    length, inner = _size(sizes, axis), _product(sizes, add(axis, 1), -1)
    count = _product(shape_of(indices), batch_dims, -1)
    blocks = apply_op("Transpose", x=reshape(grad, [batch, outer, count, inner]), perm=[0, 2, 1, 3])
    starts = reshape(multiply(range_of(batch), length), [-1, 1])
    segments = add(reshape(cast(indices, "int32"), [batch, count]), starts)
    rows = reshape(blocks, [multiply(batch, count), outer, inner])
    total = unsorted_segment_sum(rows, reshape(segments, [-1]), multiply(batch, length))
    return apply_op("Transpose", x=reshape(total, [batch, length, outer, inner]), perm=[0, 2, 1, 3])


def _size(sizes: Tensor, axis: Any) -> Tensor:
    return reshape(slice_(sizes, [axis], [1]), [])


def _product(sizes: Tensor, first: Any, count: Any) -> Tensor:
    return apply_op("Prod", input=slice_(sizes, [first], [count]), reduction_indices=[0])


register_op(
    "GatherV2",
    inputs="params: Tparams; indices: Tindices; axis: Taxis",
    outputs="output: Tparams",
    attrs=(
        "batch_dims: int = 0; Tparams: type; Tindices: type in {int16, int32, int64}; Taxis: type in {int32, int64}"
    ),
    shape=_gather_shape,
    kernel=_gather_kernel,
    gradient=_gather_gradient,
)


def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """Slices of `data` with one segment id added up (API: tf.unsorted_segment_sum).

    Args:
        segment_ids: integers whose shape begins data's; slices with negative ids are left out.
        num_segments: the size of the output's first axis, a scalar.

    Raises:
        InvalidArgumentError: (when run) an id that is not below num_segments.
    """
    return apply_op("UnsortedSegmentSum", data=data, segment_ids=segment_ids, num_segments=num_segments, name=name)


def segment_shape(ctx: Any) -> list[TensorShape]:
    """The shape rule of the unsorted segment ops."""
    data, ids, count = ctx.input(0), ctx.input(1), ctx.constant(2)
    rules.with_rank(ctx.input(2), 0, "num_segments")
    if data.rank is None or ids.rank is None:
        return [unknown_shape()]
    if ids.rank > data.rank or not ids.is_compatible_with(data[: ids.rank]):
        raise ValueError(f"The shape of data, {data}, must begin with that of segment_ids, {ids}.")
    return [TensorShape([None if count is None else int(count)]).concatenate(data[ids.rank :])]


def rows_of_segments(data: torch.Tensor, ids: torch.Tensor, count: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The slices that belong to a segment as rows [n, ...], and their n ids; ValueError for an id beyond `count`."""
    if ids.shape != data.shape[: ids.ndim]:
        raise ValueError(f"data {list(data.shape)} does not begin with the shape of segment_ids {list(ids.shape)}.")
    size, rest = int(count), data.shape[ids.ndim :]
    if size < 0:
        raise ValueError(f"num_segments must be at least 0, got {size}.")
    flat, rows = ids.reshape(-1).long(), data.reshape((ids.numel(), *rest))
    if ids.numel() and int(ids.max()) >= size:
        raise ValueError(f"segment_ids holds {int(ids.max())}, which is not in [0, {size})")
    if ids.numel() and int(ids.min()) < 0:
        kept = flat >= 0
        flat, rows = flat[kept], rows[kept]
    return rows, flat


def _segment_sum(data: torch.Tensor, ids: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
    rows, flat = rows_of_segments(data, ids, count)
    return data.new_zeros((int(count), *rows.shape[1:])).index_add_(0, flat, rows)


def _segment_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    ids = op.inputs[1]
    # Slices that were left out have no influence.
    taken = gather(grad, apply_op("Maximum", x=ids, y=convert_to_tensor(0, dtype=ids.dtype)))
    kept = apply_op("GreaterEqual", x=ids, y=convert_to_tensor(0, dtype=ids.dtype))
    kept = reshape(kept, apply_op("ConcatV2", values=[shape_of(ids), _ones_for_rest(taken, ids)], axis=0))
    return [apply_op("SelectV2", condition=kept, t=taken, e=convert_to_tensor(0, dtype=grad.dtype)), None, None]


def _ones_for_rest(data: Tensor, ids: Tensor) -> Tensor:
    rest = apply_op("Sub", x=apply_op("Rank", input=data), y=apply_op("Rank", input=ids))
    return apply_op("Fill", dims=[rest], value=1)


register_op(
    "UnsortedSegmentSum",
    inputs="data: T; segment_ids: Tindices; num_segments: Tnumsegments",
    outputs="output: T",
    attrs=(
        f"T: type in {{{NUMBER}}}; Tindices: type in {{int16, int32, int64}}; "
        "Tnumsegments: type = int32 in {int32, int64}"
    ),
    shape=segment_shape,
    kernel=lambda op: _segment_sum,
    gradient=_segment_gradient,
)

"""Interleaving by index, and the shape arithmetic of reductions that is built from it (API: tf.dynamic_stitch)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import constant_value
from convflow.ops.array.constant import ones
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.math.cast import cast


def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """One tensor whose element indices[m][i] is data[m][i]; later ones win (API: tf.dynamic_stitch).

    Args:
        indices: a list of int32 tensors, of any shapes.
        data: a list of as many tensors of one type; the shape of data[m] begins with that of indices[m], what follows
            is the same for all.

    Returns:
        Of the type of `data`; the first axis is one longer than the largest index, rows that no index names are zeros.

    Raises:
        ValueError: shapes that do not go together.
    """
    return apply_op("DynamicStitch", indices=indices, data=data, name=name)


def parallel_dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """`dynamic_stitch` whose indices are all different, so that the parts may be written in any order."""
    return apply_op("ParallelDynamicStitch", indices=indices, data=data, name=name)


def _stitch_shape(ctx: Any) -> list[TensorShape]:
    count = ctx.num_inputs // 2
    rest = unknown_shape()
    largest: int | None = -1
    for index in range(count):
        where, what = ctx.input(index), ctx.input(count + index)
        value = ctx.constant(index)
        largest = None if value is None or largest is None else max(largest, int(value.max(initial=-1)))
        if where.rank is None or what.rank is None:
            continue
        if not where.is_compatible_with(what[: where.rank]):
            raise ValueError(f"data[{index}] has shape {what}, which does not begin with the indices' {where}.")
        rest = rest.merge_with(what[where.rank :])
    first = Dimension(None if largest is None else largest + 1)
    return [TensorShape([first]).concatenate(rest)]


def _stitch_compute(*values: Any) -> Any:
    count = len(values) // 2
    indices, data = values[:count], values[count:]
    largest = max((int(index.max()) for index in indices if index.numel()), default=-1)
    rest = data[0].shape[indices[0].ndim :]
    if isinstance(data[0], np.ndarray):
        result: Any = np.full((largest + 1, *rest), b"", dtype=object)
    else:
        result = data[0].new_zeros((largest + 1, *rest))
    for index, part in zip(indices, data, strict=True):
        if part.shape[: index.ndim] != index.shape or part.shape[index.ndim :] != rest:
            raise ValueError(f"data of shape {list(part.shape)} does not fit indices of {list(index.shape)}.")
        flat = index.reshape(-1).long()
        result[flat if isinstance(result, torch.Tensor) else flat.numpy()] = part.reshape((index.numel(), *rest))
    return result


def _stitch_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    count = op.attrs["N"]
    indices = op.inputs[:count]
    return [None] * count + [
        apply_op("GatherV2", params=grad, indices=cast(index, dtypes.int32), axis=0) for index in indices
    ]


for _op_type in ("DynamicStitch", "ParallelDynamicStitch"):
    register_op(
        _op_type,
        inputs="indices: N * int32; data: N * T",
        outputs="merged: T",
        attrs="N: int >= 1; T: type",
        shape=_stitch_shape,
        kernel=lambda op: _stitch_compute,
        gradient=_stitch_gradient,
    )


def reduced_shape(input_shape: Tensor, axes: Tensor) -> Any:
    """The shape that a reduction over `axes` with kept dimensions gives: an array where it is known, else a tensor."""
    sizes, reduced = constant_value(input_shape), constant_value(axes)
    if sizes is not None and reduced is not None:
        kept = np.array(sizes, np.int32)
        kept[reduced] = 1
        return kept
    return reduced_shape_later(input_shape, axes)


def reduced_shape_later(input_shape: Tensor, axes: Tensor) -> Tensor:
    """`reduced_shape` as nodes, whatever is known."""
    rank = size_of(input_shape)
    axes = (cast(axes, dtypes.int32) + rank) % rank
    sizes_of_axes = shape_of(axes)
    return dynamic_stitch([range_of(rank), axes], [input_shape, ones(sizes_of_axes, dtype=input_shape.dtype)])

"""Joining along an existing axis (API: tf.concat)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice import slice_
from convflow.ops.types import INDEX


def concat(values: Any, axis: Any, name: str = "concat") -> Tensor:
    """Tensors joined along an axis (API: tf.concat).

    Args:
        values: tensors of one type, of one shape but for `axis`.
        axis: an axis or an int32 scalar tensor; negative ones are counted from the end.

    Raises:
        ValueError: shapes that differ elsewhere, an axis outside of the rank.
        TypeError: the arguments in the order that they had before TensorFlow 1.0, or values of several types.
    """
    if isinstance(values, (int, np.integer)) and isinstance(axis, (list, tuple)):
        raise TypeError(
            f"tf.concat got values={values} and a list of {len(axis)} as axis, the order of before TensorFlow 1.0. "
            f"Expected tf.concat(values, axis). Write tf.concat([...], {values})."
        )
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) > 1:
        return apply_op("ConcatV2", values=values, axis=axis, name=name)
    with name_scope(name):
        # The axis is checked, and shown in the graph, though nothing needs it.
        converted = convert_to_tensor(axis, name="concat_dim", dtype=dtypes.int32)
        rules.with_rank(converted.shape, 0, "axis")
        return identity(values[0], name=name)


def _concat_shape(ctx: Any) -> list[TensorShape]:
    count = ctx.num_inputs - 1
    axis = ctx.constant(count)
    shapes = [ctx.input(index) for index in range(count)]
    rules.with_rank(ctx.input(count), 0, "axis")
    rank = next((shape.rank for shape in shapes if shape.rank is not None), None)
    if rank is None:
        return [unknown_shape()]
    if axis is None:
        for index, shape in enumerate(shapes):
            rules.with_rank(shape, rank, f"values[{index}]")
        return [unknown_shape(rank)]
    return [_joined(shapes, int(axis), rank)]


def _joined(shapes: list[TensorShape], axis: int, rank: int) -> TensorShape:
    if not -rank <= axis < rank:
        needed = axis + 1 if axis >= 0 else -axis
        raise ValueError(f"Shape must be at least rank {needed} but is rank {rank}: axis {axis} of a concat.")
    at = axis % rank
    total = rules.with_rank(shapes[0], rank, "values[0]").dims or []
    for index, shape in enumerate(shapes[1:], start=1):
        sizes = rules.with_rank(shape, rank, f"values[{index}]")
        for other in range(rank):
            if other == at:
                total[at] = total[at] + sizes[at]
            else:
                total[other] = rules.merge_dimension(
                    total[other], sizes[other], f"axis {other} of values 0 and {index} of a concat along axis {at}"
                )
    return TensorShape(total)


def _concat_compute(*values: Any) -> Any:
    *parts, axis = values
    at = int(axis)
    if any(part.ndim != parts[0].ndim for part in parts):
        raise ValueError(f"Ranks of all inputs should match: {[list(part.shape) for part in parts]}.")
    return torch.cat(parts, at) if isinstance(parts[0], torch.Tensor) else np.concatenate(parts, at)


def _sizes_of(parts: list[Tensor]) -> list[Tensor]:
    sizes: list[Tensor] = []
    for part in parts:
        sizes.append(shape_of(part))
        if not part.shape.is_fully_defined():
            return apply_op("ShapeN", input=parts)
    return sizes


def _concat_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    *parts, axis = op.inputs
    if len(parts) == 1:
        return [grad, None]
    at = axis % rank_of(parts[0])
    sizes = _sizes_of(parts)
    offsets = apply_op("ConcatOffset", concat_dim=at, shape=sizes)
    return [*(slice_(grad, begin, size) for begin, size in zip(offsets, sizes, strict=True)), None]


register_op(
    "ConcatV2",
    inputs="values: N * T; axis: Tidx",
    outputs="output: T",
    attrs=f"N: int >= 2; T: type; Tidx: type = int32 in {{{INDEX}}}",
    shape=_concat_shape,
    kernel=lambda op: _concat_compute,
    gradient=_concat_gradient,
)


def _offsets(axis: torch.Tensor, *shapes: torch.Tensor) -> tuple[torch.Tensor, ...]:
    at = int(axis)
    result, total = [], 0
    for shape in shapes:
        offset = torch.zeros_like(shape)
        offset[at] = total
        total += int(shape[at])
        result.append(offset)
    return tuple(result)


register_op(
    "ConcatOffset",
    inputs="concat_dim: int32; shape: N * shape_type",
    outputs="offset: N * shape_type",
    attrs=f"N: int >= 2; shape_type: type = int32 in {{{INDEX}}}",
    shape=lambda ctx: [ctx.input(index) for index in range(1, ctx.num_inputs)],
    kernel=lambda op: _offsets,
    gradient=NOT_DIFFERENTIABLE,
)

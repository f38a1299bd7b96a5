"""Repeating (API: tf.tile, tf.broadcast_to)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.constant import constant
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.types import INDEX


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """`input` repeated `multiples[i]` times along axis i (API: tf.tile).

    Args:
        input: of any type and at least rank 1.
        multiples: an int32 or int64 vector with a number for each axis of `input`.

    Returns:
        Of the type of `input`; axis i is multiples[i] times as long.

    Raises:
        ValueError: more or fewer multiples than axes.
    """
    return apply_op("Tile", input=input, multiples=multiples, name=name)


def _tile_shape(ctx: Any) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 1, "multiples")
    shape, counts = ctx.input(0), ctx.constant_shape(1)
    rank = shape.rank if shape.rank is not None else counts.rank
    if rank is None:
        return [unknown_shape()]
    if shape.rank not in (None, rank) or counts.rank not in (None, rank):
        raise ValueError(
            f"Shape must be rank {counts.rank} but is rank {shape.rank}: tf.tile of {shape} needs one of "
            f"multiples {counts} for each axis."
        )
    sizes = shape.dims or [Dimension(None)] * rank
    repeats = counts.dims or [Dimension(None)] * rank
    return [TensorShape([_times(size, count) for size, count in zip(sizes, repeats, strict=True)])]


def _times(size: Dimension, count: Dimension) -> Dimension:
    return Dimension(0) if 0 in (size.value, count.value) else size * count


def _tile_compute(input: Any, multiples: torch.Tensor) -> Any:
    counts = multiples.tolist()
    if len(counts) != input.ndim or any(count < 0 for count in counts):
        raise ValueError(f"Expected {input.ndim} multiples >= 0, got {counts}.")
    if isinstance(input, np.ndarray):
        return np.tile(input, counts) if counts else input
    if all(size == 1 for size in input.shape):
        return input.expand(counts).contiguous()
    return input.tile(counts) if counts else input


def _tile_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    input_shape = shape_of(op.inputs[0])
    # Each axis of the gradient is split in (times, size); the sum goes over the times.
    packed = apply_op("Pack", values=[op.inputs[1], input_shape], name="stack")
    turned = apply_op("Transpose", x=packed, perm=constant([1, 0], name="transpose/perm"), name="transpose")
    split_shape = reshape(turned, [-1])
    axes = range_of(0, size_of(split_shape), 2)
    return [apply_op("Sum", input=reshape(grad, split_shape), reduction_indices=axes), None]


register_op(
    "Tile",
    inputs="input: T; multiples: Tmultiples",
    outputs="output: T",
    attrs=f"T: type; Tmultiples: type = int32 in {{{INDEX}}}",
    shape=_tile_shape,
    kernel=lambda op: _tile_compute,
    gradient=_tile_gradient,
)


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """`input` stretched to `shape` by NumPy's rules (API: tf.broadcast_to).

    Args:
        input: of any type.
        shape: the wanted sizes, an int32 or int64 vector.

    Returns:
        Of the type of `input` and shape `shape`.

    Raises:
        ValueError: a size of `input` that is neither 1 nor the wanted one, or a higher rank than the wanted one.
    """
    return apply_op("BroadcastTo", input=input, shape=shape, name=name)


def _broadcast_to_shape(ctx: Any) -> list[TensorShape]:
    wanted, given = ctx.constant_shape(1), ctx.input(0)
    if wanted.rank is None or given.rank is None:
        return [wanted]
    if given.rank > wanted.rank:
        raise ValueError(f"Shape must be at most rank {wanted.rank} but is rank {given.rank}: {given} to {wanted}.")
    sizes = wanted.as_list()
    for axis in range(1, given.rank + 1):
        mine = given[-axis].value
        if mine in (None, 1):
            continue
        if sizes[-axis] is None:
            sizes[-axis] = mine
        elif sizes[-axis] != mine:
            raise ValueError(f"Incompatible shapes: {given} cannot be stretched to {wanted}.")
    return [TensorShape(sizes)]


def _broadcast_to_compute(input: Any, shape: torch.Tensor) -> Any:
    sizes = shape.tolist()
    if isinstance(input, np.ndarray):
        return np.broadcast_to(input, sizes).copy()
    return input.expand(sizes).contiguous()


def _broadcast_to_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    source, wanted = op.inputs
    source_shape = shape_of(source, out_type=wanted.dtype.base_dtype)
    _, axes = apply_op("BroadcastGradientArgs", s0=wanted, s1=source_shape)
    total = apply_op("Sum", input=grad, reduction_indices=axes, keep_dims=True)
    return [reshape(total, source_shape), None]


register_op(
    "BroadcastTo",
    inputs="input: T; shape: Tidx",
    outputs="output: T",
    attrs=f"T: type; Tidx: type = int32 in {{{INDEX}}}",
    shape=_broadcast_to_shape,
    kernel=lambda op: _broadcast_to_compute,
    gradient=_broadcast_to_gradient,
)

"""Cutting along an axis (API: tf.split)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None, name: str = "split"
) -> list[Tensor]:
    """The parts of `value` cut along an axis (API: tf.split).

    Args:
        num_or_size_splits: how many equal parts, or the size of each; one of the sizes may be -1.
        num: how many sizes there are, where a tensor's shape does not say it.

    Raises:
        ValueError: the axis cannot be cut so, or the number of parts is not known.
        TypeError: the arguments in the order that they had before TensorFlow 1.0.
    """
    if isinstance(value, (int, np.integer)) and isinstance(axis, (Tensor, np.ndarray, list, tuple)):
        raise TypeError(
            f"tf.split got value={value} and a tensor as axis, the order of before TensorFlow 1.0. Expected "
            f"tf.split(value, num_or_size_splits, axis). Write tf.split(..., {num_or_size_splits}, {value})."
        )
    if isinstance(num_or_size_splits, (int, np.integer, Dimension)):
        return apply_op("Split", split_dim=axis, num_split=int(num_or_size_splits), value=value, name=name)
    sizes = convert_to_tensor(num_or_size_splits)
    if sizes.shape.rank == 0:
        raise ValueError(
            "Rank-0 tensors are not supported as the num_or_size_splits argument to split. Argument provided: "
            f"{num_or_size_splits}"
        )
    if num is None:
        num = sizes.shape[0].value
        if num is None:
            raise ValueError(f"Cannot infer argument `num` from shape {sizes}: pass num=.")
    return apply_op("SplitV", value=value, size_splits=sizes, split_dim=axis, num_split=num, name=name)


def _split_shape(ctx: Any) -> list[TensorShape]:
    shape, axis, count = ctx.input(1), ctx.constant(0), ctx.attr("num_split")
    rules.with_rank(ctx.input(0), 0, "split_dim")
    if shape.rank is None or axis is None:
        return [unknown_shape(shape.rank)] * count
    at = _checked_axis(int(axis), shape.rank)
    size = shape[at].value
    if size is not None and size % count:
        raise ValueError(
            f"Dimension size must be evenly divisible by {count} but is {size}: the number of ways to split should "
            f"evenly divide axis {at} of {shape}."
        )
    part = TensorShape([None if size is None else size // count])
    return [shape[:at].concatenate(part).concatenate(shape[at + 1 :])] * count


def _checked_axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ValueError(f"split_dim must lie in the range [{-rank}, {rank}), got {axis}.")
    return axis % rank


def _cut(value: Any, sizes: list[int], at: int) -> tuple[Any, ...]:
    if isinstance(value, np.ndarray):
        return tuple(np.split(value, np.cumsum(sizes)[:-1], at))
    return tuple(part.contiguous() for part in value.split(sizes, at))


def _split_kernel(op: Operation) -> Any:
    count = op.attrs["num_split"]

    def compute(axis: torch.Tensor, value: Any) -> tuple[Any, ...]:
        at = _checked_axis(int(axis), value.ndim)
        if value.shape[at] % count:
            raise ValueError(f"Axis {at} of {list(value.shape)} cannot be cut in {count} equal parts.")
        return _cut(value, [value.shape[at] // count] * count, at)

    return compute


def _joined(op: Operation, grads: tuple[Tensor, ...], axis: Tensor) -> Tensor:
    if len(grads) == 1:
        return grads[0]
    return apply_op("ConcatV2", values=list(grads), axis=axis, name="concat")


register_op(
    "Split",
    inputs="split_dim: int32; value: T",
    outputs="output: num_split * T",
    attrs="num_split: int >= 1; T: type",
    shape=_split_shape,
    kernel=_split_kernel,
    gradient=lambda op, *grads: [None, _joined(op, grads, op.inputs[0])],
)


def _split_v_shape(ctx: Any) -> list[TensorShape]:
    shape, sizes, axis, count = ctx.input(0), ctx.constant(1), ctx.constant(2), ctx.attr("num_split")
    rules.with_rank(ctx.input(1), 1, "size_splits")
    if shape.rank is None:
        return [unknown_shape()] * count
    if axis is None:
        return [unknown_shape(shape.rank)] * count
    at = _checked_axis(int(axis), shape.rank)
    if sizes is None:
        parts: list[int | None] = [shape[at].value if count == 1 else None] * count
    else:
        parts = _resolved([int(size) for size in sizes], shape[at].value)
    return [shape[:at].concatenate(TensorShape([part])).concatenate(shape[at + 1 :]) for part in parts]


def _resolved(sizes: list[int], total: int | None) -> list[int | None]:
    """The sizes with the one that is -1 filled in."""
    rest = sum(size for size in sizes if size != -1)
    missing = sizes.count(-1)
    if missing > 1 or any(size < -1 for size in sizes):
        raise ValueError(f"There can only be one -1 in size_splits, and no other negative size: {sizes}.")
    if total is None:
        return [None if size == -1 else size for size in sizes]
    if rest > total or (not missing and rest != total):
        raise ValueError(f"can't split axis of size {total} into pieces of size {sizes}")
    return [total - rest if size == -1 else size for size in sizes]


def _split_v_compute(value: Any, sizes: torch.Tensor, axis: torch.Tensor) -> tuple[Any, ...]:
    at = _checked_axis(int(axis), value.ndim)
    return _cut(value, [int(size or 0) for size in _resolved(sizes.tolist(), value.shape[at])], at)


register_op(
    "SplitV",
    inputs="value: T; size_splits: Tlen; split_dim: int32",
    outputs="output: num_split * T",
    attrs="num_split: int >= 1; T: type; Tlen: type = int64 in {int8, int32, int64}",
    shape=_split_v_shape,
    kernel=lambda op: _split_v_compute,
    gradient=lambda op, *grads: [_joined(op, grads, op.inputs[2]), None, None],
)

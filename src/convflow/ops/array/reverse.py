"""Axes turned round (API: tf.reverse, tf.reverse_v2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.types import INDEX


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """`tensor` with the order of its elements turned round along the axes in the vector `axis` (API: tf.reverse).

    Args:
        tensor: of any type.
        axis: the axes, an int32 or int64 vector; negative ones count from the end.

    Returns:
        Of the type and shape of `tensor`.

    Raises:
        ValueError: an axis outside of the rank, or one given twice.
    """
    return apply_op("ReverseV2", tensor=tensor, axis=axis, name=name)


def _checked_axes(axes: list[int], rank: int) -> list[int]:
    for axis in axes:
        if not -rank <= axis < rank:
            raise ValueError(f"axis {axis} is out of valid range [{-rank}, {rank - 1}] of tf.reverse.")
    if len({axis % rank for axis in axes}) < len(axes):
        raise ValueError(f"tf.reverse got an axis twice: {axes}.")
    return axes


def _reverse_shape(ctx: Any) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 1, "axis")
    axes = ctx.constant(1)
    if axes is not None and ctx.input(0).rank is not None:
        _checked_axes(axes.tolist(), ctx.input(0).rank)
    return [ctx.input(0)]


def _reverse_compute(tensor: Any, axis: torch.Tensor) -> Any:
    axes = _checked_axes(axis.tolist(), tensor.ndim)
    return np.flip(tensor, tuple(axes)).copy() if isinstance(tensor, np.ndarray) else tensor.flip(axes)


def _reverse_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [reverse(grad, op.inputs[1]), None]


register_op(
    "ReverseV2",
    inputs="tensor: T; axis: Tidx",
    outputs="output: T",
    attrs=(
        f"Tidx: type = int32 in {{{INDEX}}}; T: type in {{uint8, int8, uint16, int16, int32, uint32, int64, uint64, "
        "bool, bfloat16, half, float, double, complex64, complex128, string}"
    ),
    shape=_reverse_shape,
    kernel=lambda op: _reverse_compute,
    gradient=_reverse_gradient,
)

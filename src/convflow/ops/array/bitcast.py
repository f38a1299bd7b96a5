"""The same bits read as another type (API: tf.bitcast)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor


def bitcast(input: Any, type: Any, name: str | None = None) -> Tensor:
    """The bits of `input` as elements of another type (API: tf.bitcast).

    Args:
        input: numbers.
        type: a number type. A smaller one gives a new last axis, the lowest bytes first; for a larger one the last
            axis holds the parts of an element and disappears.

    Raises:
        ValueError: a last axis that is not the parts of one element.
    """
    return apply_op("Bitcast", input=input, type=type, name=name)


def _bitcast_shape(ctx: Any) -> list[TensorShape]:
    shape, old, new = ctx.input(0), ctx.dtype(0).size, ctx.attr("type").size
    if shape.rank is None:
        return [unknown_shape()]
    if new < old:
        return [shape.concatenate(TensorShape([old // new]))]
    if new == old:
        return [shape]
    if shape.rank == 0 or not shape[-1].is_compatible_with(new // old):
        raise ValueError(
            f"Cannot bitcast {ctx.dtype(0).name}{shape} to {ctx.attr('type').name}: the last axis must have "
            f"{new // old} elements."
        )
    return [shape[:-1]]


def _bitcast_kernel(op: Operation) -> Callable[[torch.Tensor], torch.Tensor]:
    wanted = op.attrs["type"].as_torch_dtype

    def compute(input: torch.Tensor) -> torch.Tensor:
        # Views change the last axis only: an element is an axis of its own first.
        parts = wanted.itemsize // input.element_size()
        source = input.contiguous()
        if parts > 1:
            if input.ndim == 0 or input.shape[-1] != parts:
                raise ValueError(f"The last axis of {list(input.shape)} must have {parts} elements.")
            return source.view(wanted).reshape(input.shape[:-1]).clone()
        if parts == 1:
            return source.view(wanted).clone()
        return source.unsqueeze(-1).view(wanted).clone()

    return compute


_TYPES = (
    "bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, int8, int16, complex64, complex128, "
    "qint8, quint8, qint16, quint16, qint32"
)
register_op(
    "Bitcast",
    inputs="input: T",
    outputs="output: type",
    attrs=f"T: type in {{{_TYPES}}}; type: type in {{{_TYPES}}}",
    shape=_bitcast_shape,
    kernel=_bitcast_kernel,
    gradient=NO_GRADIENT,
)

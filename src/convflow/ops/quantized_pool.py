"""Pooling of quantized pictures (API: tf.nn.quantized_max_pool, quantized_avg_pool): the range stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core.shape import TensorShape, scalar
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import pool_kernels, rules
from convflow.ops.pool_family import pooled


class QuantizedMaxPool(NamedTuple):
    """What `quantized_max_pool` returns: the integers, and the range they stand for."""

    output: Tensor
    min_output: Tensor
    max_output: Tensor


class QuantizedAvgPool(NamedTuple):
    """What `quantized_avg_pool` returns: the integers, and the range they stand for."""

    output: Tensor
    min_output: Tensor
    max_output: Tensor


def quantized_max_pool(
    input: Any, min_input: Any, max_input: Any, ksize: Any, strides: Any, padding: str, name: str | None = None
) -> QuantizedMaxPool:
    """The greatest of each window of quantized numbers (API: tf.nn.quantized_max_pool).

    Args:
        input: [batch, height, width, channels], of a quantized type.
        min_input, max_input: what the least and the greatest integer stand for, float32 scalars.
        ksize, strides: four numbers: the window's size, and the steps between windows; ones for batch and channels.
        padding: "SAME" or "VALID".
        name: of the node.

    Returns:
        `output` of the type of `input`; the range as it was.

    Raises:
        ValueError: windows that cannot work on this shape.
    """
    return QuantizedMaxPool(*_made("QuantizedMaxPool", input, min_input, max_input, ksize, strides, padding, name))


def quantized_avg_pool(
    input: Any, min_input: Any, max_input: Any, ksize: Any, strides: Any, padding: str, name: str | None = None
) -> QuantizedAvgPool:
    """The mean of each window of quantized numbers, rounded (API: tf.nn.quantized_avg_pool).

    Args:
        input: [batch, height, width, channels], of a quantized type.
        min_input, max_input: what the least and the greatest integer stand for, float32 scalars.
        ksize, strides: four numbers: the window's size, and the steps between windows; ones for batch and channels.
        padding: "SAME" or "VALID"; padding does not count.
        name: of the node.

    Returns:
        `output` of the type of `input`; the range as it was.

    Raises:
        ValueError: windows that cannot work on this shape.
    """
    return QuantizedAvgPool(*_made("QuantizedAvgPool", input, min_input, max_input, ksize, strides, padding, name))


def _made(
    op_type: str, input: Any, min_input: Any, max_input: Any, ksize: Any, strides: Any, padding: str, name: str | None
) -> list[Tensor]:
    return apply_op(
        op_type,
        input=input,
        min_input=min_input,
        max_input=max_input,
        ksize=ksize,
        strides=strides,
        padding=padding,
        name=name,
    )


def _shape(op_type: str) -> Callable[[InferenceContext], list[TensorShape]]:
    def infer(ctx: InferenceContext) -> list[TensorShape]:
        for index, what in ((1, "min_input"), (2, "max_input")):
            rules.with_rank(ctx.input(index), 0, what)
        for attr in ("ksize", "strides"):
            sizes = ctx.attr(attr)
            if len(sizes) != 4 or sizes[0] != 1 or sizes[3] != 1:
                raise ValueError(f"{op_type} takes four numbers as {attr}, with 1 for batch and channels, got {sizes}.")
        return [pooled(ctx, op_type, ctx.input(0), "NHWC"), scalar(), scalar()]

    return infer


def _kernel(pool: Callable[..., torch.Tensor]) -> Callable[[Operation], Callable[..., tuple[torch.Tensor, ...]]]:
    def kernel(op: Operation) -> Callable[..., tuple[torch.Tensor, ...]]:
        window = pool_kernels.kernel_window(op, "NHWC")

        def compute(input: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return pool(window, input.double()).to(input.dtype), low, high

        return compute

    return kernel


def _rounded_mean(window: Any, input: torch.Tensor) -> torch.Tensor:
    return torch.floor(pool_kernels.avg_pool(window, input) + 0.5)


for _type, _pool in (("QuantizedMaxPool", pool_kernels.max_pool), ("QuantizedAvgPool", _rounded_mean)):
    register_op(
        _type,
        inputs="input: T; min_input: float; max_input: float",
        outputs="output: T; min_output: float; max_output: float",
        attrs="T: type in {qint8, quint8, qint32, qint16, quint16}; ksize: list(int); strides: list(int); "
        "padding: string in {'SAME', 'VALID'}",
        shape=_shape(_type),
        kernel=_kernel(_pool),
        gradient=NO_GRADIENT,
    )

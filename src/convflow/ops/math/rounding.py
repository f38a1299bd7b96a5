"""Whole numbers and the next number (API: tf.rint, tf.math.nextafter)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.constant import zeros_like
from convflow.ops.factories import register_unary, unary_function
from convflow.ops.math.arithmetic import multiply, reduce_to_shapes_of
from convflow.ops.types import FLOATING

rint = unary_function("Rint", "rint", "The nearest whole number, halves to even")


def nextafter(x1: Any, x2: Any, name: str | None = None) -> Tensor:
    """The next number after x1 on the way to x2 (API: tf.math.nextafter).

    Args:
        x1, x2: float32 or float64, both of one type; shapes that broadcast.

    Returns:
        Of their type and the shape they broadcast to.
    """
    return apply_op("NextAfter", x1=x1, x2=x2, name=name)


register_unary("Rint", FLOATING, torch.round, lambda op, grad: [None])


def _nextafter_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x1, x2 = op.inputs
    # x1 carries the value, x2 the direction alone.
    return reduce_to_shapes_of(x1, x2, grad, multiply(zeros_like(x2), grad))


register_op(
    "NextAfter",
    inputs="x1: T; x2: T",
    outputs="output: T",
    attrs="T: type = float in {double, float}",
    shape=rules.broadcast,
    kernel=lambda op: torch.nextafter,
    gradient=_nextafter_gradient,
)

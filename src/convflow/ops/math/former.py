"""Ops that today's functions no longer make, found in files of TensorFlow 1's first years."""

from __future__ import annotations

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.factories import on_wide_unsigned, register_binary, register_unary
from convflow.ops.math.arithmetic import multiply, negative, reduce_to_shapes_of, truediv
from convflow.ops.math.complex import conj
from convflow.ops.types import FLOATING_OR_COMPLEX

_DIVIDED = (
    "bfloat16, half, float, double, uint8, int8, uint16, int16, int32, uint32, uint64, int64, complex64, complex128"
)
_SIGNED = "bfloat16, half, float, double, int8, int16, int32, int64, complex64, complex128"


def _divide(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if x.is_floating_point() or x.is_complex():
        return torch.div(x, y)
    return on_wide_unsigned(lambda a, b: torch.div(a, b, rounding_mode="trunc"))(x, y)


def _div_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs
    cx, cy = conj(x), conj(y)
    return reduce_to_shapes_of(x, y, truediv(grad, cy), multiply(grad, truediv(truediv(negative(cx), cy), cy)))


def _inverse_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [apply_op("InvGrad", y=op.outputs[0], dy=grad)]


def _inverse_slope(y: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    y = y.conj() if y.is_complex() else y
    return -dy * y * y


def _inverse_slope_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    y, dy = conj(op.inputs[0]), op.inputs[1]
    minus_two = convert_to_tensor(-2, dtype=y.dtype.base_dtype)
    by_y = multiply(multiply(minus_two, conj(grad)), multiply(dy, y))
    return [by_y, apply_op("ReciprocalGrad", y=y, dy=grad)]


register_binary("Div", _DIVIDED, _divide, _div_gradient)
register_binary("Mod", "int32, int64, half, bfloat16, float, double", torch.fmod, NO_GRADIENT)
register_unary("Inv", _SIGNED, torch.reciprocal, _inverse_gradient)
register_op(
    "InvGrad",
    inputs="y: T; dy: T",
    outputs="z: T",
    attrs=f"T: type in {{{FLOATING_OR_COMPLEX}}}",
    shape=rules.same_shapes,
    kernel=lambda op: _inverse_slope,
    gradient=_inverse_slope_gradient,
)

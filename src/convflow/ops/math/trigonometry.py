"""Angles and hyperbolas, element by element (API: tf.tan, tf.asin, tf.atan2, tf.sinh, tf.atanh ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.factories import in_single_precision, register_unary, unary_function
from convflow.ops.math.arithmetic import add, multiply, negative, realdiv, reduce_to_shapes_of, subtract
from convflow.ops.math.complex import conj
from convflow.ops.math.elementwise import cos, reciprocal, sqrt, square
from convflow.ops.types import FLOATING, FLOATING_OR_COMPLEX

tan = unary_function("Tan", "tan", "The tangent of an angle in radians")
asin = unary_function("Asin", "asin", "The angle in radians whose sine is x, NaN outside of [-1, 1]")
acos = unary_function("Acos", "acos", "The angle in radians whose cosine is x, NaN outside of [-1, 1]")
atan = unary_function("Atan", "atan", "The angle in radians whose tangent is x")
sinh = unary_function("Sinh", "sinh", "The hyperbolic sine")
cosh = unary_function("Cosh", "cosh", "The hyperbolic cosine")
asinh = unary_function("Asinh", "asinh", "The inverse of the hyperbolic sine")
acosh = unary_function("Acosh", "acosh", "The inverse of the hyperbolic cosine, NaN below 1")
atanh = unary_function("Atanh", "atanh", "The inverse of the hyperbolic tangent, NaN outside of [-1, 1]")


def atan2(y: Any, x: Any, name: str | None = None) -> Tensor:
    """The angle in radians, from -pi to pi, of the point (x, y) seen from the origin (API: tf.atan2).

    Args:
        y, x: floats of one type; shapes that broadcast.

    Returns:
        Of their type and the shape they broadcast to.
    """
    return apply_op("Atan2", y=y, x=x, name=name)


def _one(x: Tensor) -> Tensor:
    return convert_to_tensor(1, dtype=x.dtype.base_dtype)


def _one_minus_square(x: Tensor) -> Tensor:
    return subtract(_one(x), square(x))


def _by_derivative(derivative: Callable[[Tensor], Tensor]) -> Any:
    """A gradient: what arrives, times a function of the input."""
    return lambda op, grad: [multiply(grad, derivative(conj(op.inputs[0])))]


def _tan_derivative(x: Tensor) -> Tensor:
    return square(reciprocal(cos(x)))


def _asin_derivative(x: Tensor) -> Tensor:
    return reciprocal(sqrt(_one_minus_square(x)))


def _atan_derivative(x: Tensor) -> Tensor:
    return reciprocal(add(_one(x), square(x)))


# acosh'(x) is 1 / sqrt(x^2 - 1) = 1 / sinh(y); taken from the output, it does not cancel near 1.
register_unary("Tan", FLOATING_OR_COMPLEX, torch.tan, _by_derivative(_tan_derivative))
register_unary("Asin", FLOATING_OR_COMPLEX, torch.asin, _by_derivative(_asin_derivative))
register_unary(
    "Acos", FLOATING_OR_COMPLEX, torch.acos, _by_derivative(lambda x: negative(_asin_derivative(x)))
)  # fmt: skip
register_unary("Atan", FLOATING_OR_COMPLEX, torch.atan, _by_derivative(_atan_derivative))
register_unary("Sinh", FLOATING_OR_COMPLEX, torch.sinh, _by_derivative(cosh))
register_unary("Cosh", FLOATING_OR_COMPLEX, torch.cosh, _by_derivative(sinh))
register_unary(
    "Asinh", FLOATING_OR_COMPLEX, torch.asinh, lambda op, grad: [realdiv(grad, cosh(conj(op.outputs[0])))]
)  # fmt: skip
register_unary(
    "Acosh", FLOATING_OR_COMPLEX, torch.acosh, lambda op, grad: [realdiv(grad, sinh(conj(op.outputs[0])))]
)  # fmt: skip
register_unary(
    "Atanh", FLOATING_OR_COMPLEX, torch.atanh, _by_derivative(lambda x: reciprocal(_one_minus_square(x)))
)  # fmt: skip


def _atan2_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    y, x = op.inputs
    scaled = realdiv(grad, add(square(x), square(y)))
    return reduce_to_shapes_of(y, x, multiply(x, scaled), multiply(negative(y), scaled))


register_op(
    "Atan2",
    inputs="y: T; x: T",
    outputs="z: T",
    attrs=f"T: type in {{{FLOATING}}}",
    shape=rules.broadcast,
    kernel=lambda op: in_single_precision(torch.atan2),
    gradient=_atan2_gradient,
)

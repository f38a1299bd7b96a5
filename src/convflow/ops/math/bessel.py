"""Modified Bessel functions of the first kind (API: tf.math.bessel_i0, bessel_i0e, bessel_i1, bessel_i1e)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.constant import ones_like
from convflow.ops.factories import in_single_precision, register_unary
from convflow.ops.math.arithmetic import add, multiply, realdiv, subtract
from convflow.ops.math.comparison import equal
from convflow.ops.math.elementwise import reciprocal, sign
from convflow.ops.math.select import where_v2
from convflow.ops.types import FLOATING


def bessel_i0(x: Any, name: str | None = None) -> Tensor:
    """The modified Bessel function of order 0 (API: tf.math.bessel_i0).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "bessel_i0", [x]):
        return apply_op("BesselI0", x=x)


def bessel_i0e(x: Any, name: str | None = None) -> Tensor:
    """`bessel_i0` times exp(-|x|), finite everywhere (API: tf.math.bessel_i0e).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "bessel_i0e", [x]):
        return apply_op("BesselI0e", x=x)


def bessel_i1(x: Any, name: str | None = None) -> Tensor:
    """The modified Bessel function of order 1 (API: tf.math.bessel_i1).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "bessel_i1", [x]):
        return apply_op("BesselI1", x=x)


def bessel_i1e(x: Any, name: str | None = None) -> Tensor:
    """`bessel_i1` times exp(-|x|), finite everywhere (API: tf.math.bessel_i1e).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "bessel_i1e", [x]):
        return apply_op("BesselI1e", x=x)


def _i0_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [multiply(grad, bessel_i1(op.inputs[0]))]


def _i0e_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs[0], op.outputs[0]
    return [multiply(grad, subtract(bessel_i1e(x), multiply(sign(x), y)))]


def _i1_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs[0], op.outputs[0]
    # The derivative at 0 is 1/2; TensorFlow says 1, and so do we.
    return [multiply(grad, _except_at_zero(x, 1.0, lambda safe: subtract(bessel_i0(safe), realdiv(y, safe))))]


def _i1e_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs[0], op.outputs[0]

    def derivative(safe: Tensor) -> Tensor:
        return subtract(bessel_i0e(safe), multiply(y, add(sign(safe), reciprocal(safe))))

    return [multiply(grad, _except_at_zero(x, 0.5, derivative))]


def _except_at_zero(x: Tensor, at_zero_value: float, derivative: Any) -> Tensor:
    # I1(x) / x has a limit at 0, where its quotient has no value.
    at_zero = equal(x, convert_to_tensor(0, dtype=x.dtype.base_dtype))
    safe = where_v2(at_zero, ones_like(x), x)
    return where_v2(at_zero, convert_to_tensor(at_zero_value, dtype=x.dtype.base_dtype), derivative(safe))


register_unary("BesselI0", FLOATING, in_single_precision(torch.special.i0), _i0_gradient)
register_unary("BesselI0e", FLOATING, in_single_precision(torch.special.i0e), _i0e_gradient)
register_unary("BesselI1", FLOATING, in_single_precision(torch.special.i1), _i1_gradient)
register_unary("BesselI1e", FLOATING, in_single_precision(torch.special.i1e), _i1e_gradient)

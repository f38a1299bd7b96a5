"""The gamma function and its relatives (API: tf.lgamma, tf.digamma, tf.polygamma, tf.zeta, tf.lbeta)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.factories import in_single_precision, register_unary, unary_function
from convflow.ops.math.arithmetic import add, multiply, negative, subtract
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.types import FLOATING

lgamma = unary_function("Lgamma", "lgamma", "The logarithm of the absolute value of the gamma function")
digamma = unary_function("Digamma", "digamma", "The derivative of `tf.lgamma`")


def polygamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The derivative of order a of `tf.digamma` at x, NaN where a is no whole number (API: tf.polygamma).

    Args:
        a, x: float32 or float64, both of one type; shapes that broadcast.

    Returns:
        Of their type and the shape they broadcast to.
    """
    return apply_op("Polygamma", a=a, x=x, name=name)


def zeta(x: Any, q: Any, name: str | None = None) -> Tensor:
    """The Hurwitz zeta function, the sum of (q + n)^(-x) over n >= 0, NaN for x < 1 (API: tf.zeta).

    Args:
        x, q: float32 or float64, both of one type; shapes that broadcast.

    Returns:
        Of their type and the shape they broadcast to.
    """
    return apply_op("Zeta", x=x, q=q, name=name)


def lbeta(x: Any, name: str | None = None) -> Tensor:
    """The logarithm of the absolute value of the beta function along the last axis (API: tf.lbeta).

    Args:
        x: [..., n]; no elements give -infinity.
    """
    with name_scope(name, "lbeta", [x]):
        x = convert_to_tensor(x, name="x")
        of_each = reduce_sum(lgamma(x), axis=[-1])
        of_sum = lgamma(reduce_sum(x, axis=[-1]))
        with name_scope(None, "sub", [x]) as scope:
            return subtract(of_each, of_sum, name=scope)


def _polygamma(a: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    whole = a.floor() == a
    order = torch.where(whole & (a >= 0), a, 0.0)
    factorial = torch.exp(torch.lgamma(order + 1))
    sign = torch.where(order.remainder(2) == 0, -1.0, 1.0).to(a.dtype)
    value = torch.where(order == 0, torch.digamma(x), sign * factorial * _zeta(order + 1, x))
    return torch.where(whole & (a >= 0), value, torch.nan)


def _zeta(x: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    value = torch.special.zeta(x, q)
    # At the poles 0, -1, -2 ... even powers are infinite from both sides, others have no value.
    at_pole = (q <= 0) & (q == q.floor()) & (x > 1)
    is_even = (x == x.floor()) & (x.remainder(2) == 0)
    return torch.where(at_pole & ~is_even, torch.nan, value)


def _lgamma_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [multiply(grad, digamma(op.inputs[0]))]


def _digamma_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x = op.inputs[0]
    if x.dtype.base_dtype in (dtypes.float32, dtypes.float64):
        return [multiply(grad, polygamma(convert_to_tensor(1, dtype=x.dtype.base_dtype), x))]
    raise LookupError(f"The derivative of Digamma, Polygamma, does not work on {x.dtype.name}: use float32 or float64.")


def _stretched_to(op: Operation, grad: Tensor, grad_x: Tensor) -> list[Tensor | None]:
    """No gradient by the first input; the second's, summed over the axes along which it was stretched."""
    axes = apply_op("BroadcastGradientArgs", s0=shape_of(op.inputs[0]), s1=shape_of(op.inputs[1]))[1]
    total = apply_op("Sum", input=multiply(grad, grad_x), reduction_indices=axes)
    return [None, apply_op("Reshape", tensor=total, shape=shape_of(op.inputs[1]))]


def _polygamma_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    a, x = op.inputs
    one = convert_to_tensor(1, dtype=a.dtype.base_dtype)
    return _stretched_to(op, grad, polygamma(add(a, one), x))


def _zeta_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, q = op.inputs
    one = convert_to_tensor(1, dtype=x.dtype.base_dtype)
    return _stretched_to(op, grad, multiply(negative(x), zeta(add(x, one), q)))


register_unary("Lgamma", FLOATING, in_single_precision(torch.lgamma), _lgamma_gradient)
register_unary("Digamma", FLOATING, in_single_precision(torch.digamma), _digamma_gradient)
register_op(
    "Polygamma",
    inputs="a: T; x: T",
    outputs="z: T",
    attrs="T: type in {float, double}",
    shape=rules.broadcast,
    kernel=lambda op: _polygamma,
    gradient=_polygamma_gradient,
)
register_op(
    "Zeta",
    inputs="x: T; q: T",
    outputs="z: T",
    attrs="T: type in {float, double}",
    shape=rules.broadcast,
    kernel=lambda op: _zeta,
    gradient=_zeta_gradient,
)

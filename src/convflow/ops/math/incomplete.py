"""Incomplete gamma and beta integrals (API: tf.igamma, tf.igammac, tf.betainc)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.factories import in_single_precision
from convflow.ops.math.arithmetic import add, multiply, negative, reduce_to_shapes_of, subtract
from convflow.ops.math.elementwise import exp, log
from convflow.ops.math.gamma import lgamma
from convflow.ops.math.incomplete_kernels import beta_integral, gamma_integral_by_a, gamma_integrals
from convflow.ops.math.no_nan import xlog1py, xlogy
from convflow.ops.types import FLOATING


def igamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The lower incomplete gamma integral P(a, x), from 0 to 1; NaN for a <= 0 or x < 0 (API: tf.igamma).

    Args:
        a, x: floats of one type; shapes that broadcast.

    Returns:
        Of their type and the shape they broadcast to.
    """
    return apply_op("Igamma", a=a, x=x, name=name)


def igammac(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The upper incomplete gamma integral Q(a, x) = 1 - P(a, x) (API: tf.igammac).

    Args:
        a, x: floats of one type; shapes that broadcast.

    Returns:
        Of their type and the shape they broadcast to.
    """
    return apply_op("Igammac", a=a, x=x, name=name)


def igamma_grad_a(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The derivative of `igamma` by a; part of its gradient."""
    return apply_op("IgammaGradA", a=a, x=x, name=name)


def betainc(a: Any, b: Any, x: Any, name: str | None = None) -> Tensor:
    """The regularized incomplete beta integral I_x(a, b) for x from 0 to 1 (API: tf.betainc).

    Args:
        a, b, x: float32 or float64, of one shape or scalars.

    Raises:
        ValueError: shapes that differ though neither is a scalar's.
    """
    return apply_op("Betainc", a=a, b=b, x=x, name=name)


def _density(a: Tensor, x: Tensor) -> Tensor:
    """The derivative of P(a, x) by x."""
    one = convert_to_tensor(1, dtype=a.dtype.base_dtype)
    return exp(subtract(add(negative(x), multiply(subtract(a, one), log(x))), lgamma(a)))


def _igamma_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    a, x = op.inputs
    grad_a = multiply(igamma_grad_a(a, x), grad)
    return reduce_to_shapes_of(a, x, grad_a, multiply(_density(a, x), grad))


def _igammac_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [None if value is None else negative(value) for value in _igamma_gradient(op, grad)]


def _registered(name: str, types: str, kernel: Any, gradient: Any) -> None:
    register_op(
        name,
        inputs="a: T; x: T",
        outputs="z: T",
        attrs=f"T: type in {{{types}}}",
        shape=rules.broadcast,
        kernel=lambda op: in_single_precision(kernel),
        gradient=gradient,
    )


_registered("Igamma", FLOATING, lambda a, x: gamma_integrals(a, x)[0], _igamma_gradient)
_registered("Igammac", FLOATING, lambda a, x: gamma_integrals(a, x)[1], _igammac_gradient)
_registered("IgammaGradA", "float, double", gamma_integral_by_a, NO_GRADIENT)


def _betainc_shape(ctx: Any) -> list[TensorShape]:
    shapes = [ctx.input(index) for index in range(3)]
    known = [shape for shape in shapes if shape.rank != 0]
    result = known[0] if known else TensorShape(())
    for shape in known[1:]:
        try:
            result = result.merge_with(shape)
        except ValueError:
            a, b, x = shapes
            raise ValueError(
                f"Shapes of Betainc's inputs must be equal or scalar, but are {a} for a, {b} for b and {x} for x."
            ) from None
    return [result]


def _betainc(a: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    shapes = {tuple(value.shape) for value in (a, b, x) if value.ndim}
    if len(shapes) > 1:
        raise ValueError(f"Shapes of Betainc's inputs must be equal or scalar, got {sorted(shapes)}.")
    return beta_integral(*torch.broadcast_tensors(a, b, x))


def _betainc_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    # As in TensorFlow by x alone: by a and b there is no formula of known functions.
    a, b, x = op.inputs
    one = convert_to_tensor(1, dtype=a.dtype.base_dtype)
    log_beta = subtract(add(lgamma(a), lgamma(b)), lgamma(add(a, b)))
    powers = add(xlog1py(subtract(b, one), negative(x)), xlogy(subtract(a, one), x))
    slope = multiply(exp(subtract(powers, log_beta)), grad)
    axes = apply_op("BroadcastGradientArgs", s0=shape_of(a), s1=shape_of(x))[1]
    total = apply_op("Sum", input=slope, reduction_indices=axes)
    return [None, None, apply_op("Reshape", tensor=total, shape=shape_of(x))]


register_op(
    "Betainc",
    inputs="a: T; b: T; x: T",
    outputs="z: T",
    attrs="T: type in {float, double}",
    shape=_betainc_shape,
    kernel=lambda op: _betainc,
    gradient=_betainc_gradient,
)

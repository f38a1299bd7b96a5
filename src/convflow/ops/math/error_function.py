"""The normal distribution's integral and its inverse (API: tf.erf, tf.erfc, tf.math.erfinv, tf.math.ndtri)."""

from __future__ import annotations

import math
from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.factories import in_single_precision, register_unary, unary_function
from convflow.ops.math.arithmetic import multiply, negative
from convflow.ops.math.elementwise import exp, square
from convflow.ops.types import FLOATING

erf = unary_function("Erf", "erf", "2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x")
erfc = unary_function("Erfc", "erfc", "1 - erf(x), exact where that is small")


def erfinv(x: Any, name: str | None = None) -> Tensor:
    """The number whose `erf` is x, NaN outside of [-1, 1] (API: tf.math.erfinv).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "erfinv", [x]):
        return apply_op("Erfinv", x=x)


def ndtri(x: Any, name: str | None = None) -> Tensor:
    """The quantile of the standard normal distribution, NaN outside of [0, 1] (API: tf.math.ndtri).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "ndtri", [x]):
        return apply_op("Ndtri", x=x)


def erfcinv(x: Any, name: str | None = None) -> Tensor:
    """The number whose `erfc` is x, NaN outside of [0, 2] (API: tf.math.erfcinv).

    Args:
        x: a tensor of a float type.

    Returns:
        Of the shape and type of `x`.
    """
    with name_scope(name, "erfcinv", [x]):
        x = convert_to_tensor(x, name="start")
        with name_scope(None, "mul", [x]) as scope:
            half = multiply(convert_to_tensor(0.5, dtype=x.dtype.base_dtype, name="x"), x, name=scope)
        quantile = negative(ndtri(half))
        with name_scope(None, "mul", [x]) as scope:
            return multiply(quantile, math.sqrt(0.5), name=scope)


def _scaled(factor: float, x: Tensor) -> Tensor:
    return multiply(convert_to_tensor(factor, dtype=x.dtype.base_dtype), x)


def _erf_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x = op.inputs[0]
    return [multiply(_scaled(2 / math.sqrt(math.pi), grad), exp(negative(square(x))))]


def _erfc_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x = op.inputs[0]
    return [multiply(_scaled(-2 / math.sqrt(math.pi), grad), exp(negative(square(x))))]


def _erfinv_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [multiply(_scaled(math.sqrt(math.pi) / 2, grad), exp(square(op.outputs[0])))]


def _ndtri_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [multiply(_scaled(math.sqrt(2 * math.pi), grad), exp(_scaled(0.5, square(op.outputs[0]))))]


register_unary("Erf", FLOATING, in_single_precision(torch.erf), _erf_gradient)
register_unary("Erfc", FLOATING, in_single_precision(torch.erfc), _erfc_gradient)
register_unary("Erfinv", FLOATING, in_single_precision(torch.erfinv), _erfinv_gradient)
register_unary("Ndtri", FLOATING, in_single_precision(torch.special.ndtri), _ndtri_gradient)

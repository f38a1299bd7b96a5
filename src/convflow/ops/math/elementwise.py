"""Functions of one number, element by element (API: tf.exp, tf.sqrt, tf.square, tf.abs, tf.sigmoid ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.ops import rules
from convflow.ops.array.constant import constant, zeros_like
from convflow.ops.factories import on_wide_unsigned, register_unary
from convflow.ops.math.arithmetic import multiply
from convflow.ops.math.complex import complex_abs, conj
from convflow.ops.types import FLOATING, FLOATING_OR_COMPLEX


def _like(value: float, tensor: Tensor) -> Tensor:
    return convert_to_tensor(value, dtype=tensor.dtype.base_dtype)


def exp(x: Any, name: str | None = None) -> Tensor:
    """e to the power x (API: tf.exp).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Exp", x=x, name=name)


def log(x: Any, name: str | None = None) -> Tensor:
    """The natural logarithm (API: tf.log).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Log", x=x, name=name)


def log1p(x: Any, name: str | None = None) -> Tensor:
    """log(1 + x), exact for small x (API: tf.log1p).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Log1p", x=x, name=name)


def expm1(x: Any, name: str | None = None) -> Tensor:
    """exp(x) - 1, exact for small x (API: tf.expm1).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Expm1", x=x, name=name)


def sqrt(x: Any, name: str | None = None) -> Tensor:
    """The square root (API: tf.sqrt).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Sqrt", x=x, name=name)


def rsqrt(x: Any, name: str | None = None) -> Tensor:
    """1 over the square root (API: tf.rsqrt).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Rsqrt", x=x, name=name)


def square(x: Any, name: str | None = None) -> Tensor:
    """x squared (API: tf.square).

    Args:
        x: a tensor (floating, integers, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Square", x=x, name=name)


def reciprocal(x: Any, name: str | None = None) -> Tensor:
    """1 / x (API: tf.reciprocal).

    Args:
        x: a tensor (floating, int8 to int64, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Reciprocal", x=x, name=name)


def abs(x: Any, name: str | None = None) -> Tensor:
    """The absolute value; of complex numbers, real (API: tf.abs).

    Args:
        x: a tensor (floating, int8 to int64, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, of complex numbers their real type; the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "Abs", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return complex_abs(x, name=scope) if x.dtype.is_complex else apply_op("Abs", x=x, name=scope)


def sign(x: Any, name: str | None = None) -> Tensor:
    """-1, 0 or 1 (API: tf.sign).

    Args:
        x: a tensor (floating, int8 to int64, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Sign", x=convert_to_tensor(x), name=name)


def floor(x: Any, name: str | None = None) -> Tensor:
    """The largest whole number not above x (API: tf.floor).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Floor", x=x, name=name)


def ceil(x: Any, name: str | None = None) -> Tensor:
    """The smallest whole number not below x (API: tf.ceil).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Ceil", x=x, name=name)


def round(x: Any, name: str | None = None) -> Tensor:
    """The nearest whole number, halves to even (API: tf.round).

    Args:
        x: a tensor (floating, int8 to int64, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.is_integer else apply_op("Round", x=x, name=name)


def sigmoid(x: Any, name: str | None = None) -> Tensor:
    """1 / (1 + exp(-x)) (API: tf.sigmoid, tf.nn.sigmoid).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "Sigmoid", [x]) as scope:
        return apply_op("Sigmoid", x=convert_to_tensor(x, name="x"), name=scope)


def tanh(x: Any, name: str | None = None) -> Tensor:
    """The hyperbolic tangent (API: tf.tanh, tf.nn.tanh).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Tanh", x=x, name=name)


def is_finite(x: Any, name: str | None = None) -> Tensor:
    """Whether x is neither infinite nor NaN (API: tf.is_finite).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        Type bool, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("IsFinite", x=x, name=name)


def is_inf(x: Any, name: str | None = None) -> Tensor:
    """Whether x is infinite (API: tf.is_inf).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        Type bool, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("IsInf", x=x, name=name)


def is_nan(x: Any, name: str | None = None) -> Tensor:
    """Whether x is NaN (API: tf.is_nan).

    Args:
        x: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        Type bool, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("IsNan", x=x, name=name)


def sin(x: Any, name: str | None = None) -> Tensor:
    """The sine of an angle in radians (API: tf.sin).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Sin", x=x, name=name)


def cos(x: Any, name: str | None = None) -> Tensor:
    """The cosine of an angle in radians (API: tf.cos).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Cos", x=x, name=name)


def _after_grad(slope: Callable[[Operation], Tensor]) -> Any:
    """The gradient grad * slope(op), whose slope is computed once the gradient is there."""

    def gradient(op: Operation, grad: Any) -> list[Any]:
        with control_dependencies([grad]):
            return [grad * slope(op)]

    return gradient


def _x(op: Operation) -> Tensor:
    return conj(op.inputs[0])


def _cos_gradient(op: Operation, grad: Any) -> list[Any]:
    with control_dependencies([grad]):
        return [-grad * sin(_x(op))]


def _square_gradient(op: Operation, grad: Any) -> list[Any]:
    with control_dependencies([grad]):
        x = _x(op)
        two = constant(2, dtype=x.dtype.base_dtype)
        return [multiply(grad, multiply(x, two))]


def _from_output(op_type: str) -> Any:
    """The gradient of functions whose derivative follows from their output: a node of its own."""
    return lambda op, grad: [apply_op(op_type, y=op.outputs[0], dy=grad)]


def _from_conjugate(op_type: str) -> Any:
    """The same, the conjugate of the output being taken once the gradient is there."""

    def gradient(op: Operation, grad: Any) -> list[Any]:
        with control_dependencies([grad]):
            return [apply_op(op_type, y=conj(op.outputs[0]), dy=grad)]

    return gradient


def _flat(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [None]


def _reciprocal(x: torch.Tensor) -> torch.Tensor:
    if not (x.is_floating_point() or x.is_complex()):
        raise ValueError(f"Reciprocal does not work on integers, got {x.dtype}; use tf.cast first.")
    return torch.reciprocal(x)


_SIGNED = f"{FLOATING}, int8, int16, int32, int64, complex64, complex128"
_SQUARED = f"{FLOATING}, int8, int16, int32, int64, uint8, uint16, uint32, uint64, complex64, complex128"

register_unary("Exp", FLOATING_OR_COMPLEX, torch.exp, _after_grad(lambda op: conj(op.outputs[0])))
register_unary("Log", FLOATING_OR_COMPLEX, torch.log, _after_grad(lambda op: reciprocal(_x(op))))
register_unary("Log1p", FLOATING_OR_COMPLEX, torch.log1p, _after_grad(lambda op: reciprocal(1 + _x(op))))
register_unary("Expm1", FLOATING_OR_COMPLEX, torch.expm1, _after_grad(lambda op: exp(_x(op))))
register_unary("Sqrt", FLOATING_OR_COMPLEX, torch.sqrt, _from_output("SqrtGrad"))
register_unary("Rsqrt", FLOATING_OR_COMPLEX, torch.rsqrt, _from_output("RsqrtGrad"))
register_unary("Sin", FLOATING_OR_COMPLEX, torch.sin, _after_grad(lambda op: cos(_x(op))))
register_unary("Cos", FLOATING_OR_COMPLEX, torch.cos, _cos_gradient)
register_unary("Square", _SQUARED, on_wide_unsigned(torch.square), _square_gradient)
register_unary("Reciprocal", _SIGNED, _reciprocal, _from_output("ReciprocalGrad"))
register_unary("Neg", _SIGNED, torch.neg, lambda op, grad: [-grad])
register_unary(
    "Abs",
    f"{FLOATING}, int8, int16, int32, int64",
    torch.abs,
    lambda op, grad: [grad * sign(op.inputs[0])],
)
register_unary("Sign", _SIGNED, torch.sgn, lambda op, grad: [zeros_like(op.inputs[0])])
register_unary("Floor", FLOATING, torch.floor, _flat)
register_unary("Ceil", FLOATING, torch.ceil, _flat)
register_unary("Round", _SIGNED, torch.round, _flat)
register_unary("Sigmoid", FLOATING_OR_COMPLEX, torch.sigmoid, _from_conjugate("SigmoidGrad"))
register_unary("Tanh", FLOATING_OR_COMPLEX, torch.tanh, _from_conjugate("TanhGrad"))


def _register_test(name: str, compute: Any) -> None:
    register_op(
        name,
        inputs="x: T",
        outputs="y: bool",
        attrs=f"T: type in {{{FLOATING}}}",
        shape=rules.unchanged,
        kernel=lambda op: compute,
        gradient=NO_GRADIENT,
    )


_register_test("IsFinite", torch.isfinite)
_register_test("IsInf", torch.isinf)
_register_test("IsNan", torch.isnan)


# The derivative's own nodes: functions of the output y and the gradient dy.


def _register_derivative(op_type: str, compute: Any, gradient: Any) -> None:
    register_op(
        op_type,
        inputs="y: T; dy: T",
        outputs="z: T",
        attrs=f"T: type in {{{FLOATING_OR_COMPLEX}}}",
        shape=rules.same_shapes,
        kernel=lambda op: compute,
        gradient=gradient,
    )


def _sqrt_derivative_gradient(op: Operation, grad: Any) -> list[Any]:
    with control_dependencies([grad]):
        ratio = grad / op.inputs[0]
        return [-conj(ratio) * op.outputs[0], 0.5 * ratio]


def _rsqrt_derivative_gradient(op: Operation, grad: Any) -> list[Any]:
    with control_dependencies([grad]):
        y = conj(op.inputs[0])
        grad_y = -1.5 * conj(grad) * op.inputs[1] * square(y)
        return [grad_y, apply_op("RsqrtGrad", y=y, dy=grad)]


def _reciprocal_derivative_gradient(op: Operation, grad: Any) -> list[Any]:
    with control_dependencies([grad]):
        y = conj(op.inputs[0])
        grad_y = conj(grad) * -2 * op.inputs[1] * y
        return [grad_y, apply_op("ReciprocalGrad", y=y, dy=grad)]


def _sigmoid_derivative_gradient(op: Operation, grad: Any) -> list[Any]:
    with control_dependencies([grad]):
        y, dy = (conj(value) for value in op.inputs)
        product = grad * dy
        return [product - 2.0 * product * y, apply_op("SigmoidGrad", y=y, dy=grad)]


def _tanh_derivative_gradient(op: Operation, grad: Any) -> list[Any]:
    with control_dependencies([grad]):
        y, dy = (conj(value) for value in op.inputs)
        return [grad * -2.0 * dy * y, apply_op("TanhGrad", y=y, dy=grad)]


def _sigmoid_derivative(y: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    return dy * y * (1 - y) if y.is_complex() else torch.ops.aten.sigmoid_backward(dy, y)  # one pass, not three


def _tanh_derivative(y: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    return dy * (1 - y * y) if y.is_complex() else torch.ops.aten.tanh_backward(dy, y)


# Of complex numbers the first three conjugate y themselves, to the others the gradient functions give it so.
_register_derivative("SqrtGrad", lambda y, dy: dy * 0.5 / y.conj(), _sqrt_derivative_gradient)
_register_derivative("RsqrtGrad", lambda y, dy: dy * -0.5 * y.conj() ** 3, _rsqrt_derivative_gradient)
_register_derivative("ReciprocalGrad", lambda y, dy: -dy * y.conj() * y.conj(), _reciprocal_derivative_gradient)
_register_derivative("SigmoidGrad", _sigmoid_derivative, _sigmoid_derivative_gradient)
_register_derivative("TanhGrad", _tanh_derivative, _tanh_derivative_gradient)

"""Activation functions and their derivatives (API: tf.nn.relu, relu6, leaky_relu, crelu, elu, selu, softplus ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.concat import concat
from convflow.ops.array.identity import identity
from convflow.ops.array.passing import identity_n
from convflow.ops.factories import constant_kernel, on_wide_unsigned
from convflow.ops.math.arithmetic import multiply, negative, realdiv
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import exp, sigmoid
from convflow.ops.types import FLOATING, REAL

Kernel = Callable[..., torch.Tensor]

# Self-normalizing networks (Klambauer et al. 2017, arXiv:1706.02515).
_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_ALPHA = 1.6732632423543772848170429916717


def relu(features: Any, name: str | None = None) -> Tensor:
    """max(x, 0), any real type (API: tf.nn.relu).

    Args:
        features: a tensor (floating, integers), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Relu", features=features, name=name)


def relu6(features: Any, name: str | None = None) -> Tensor:
    """min(max(x, 0), 6), any real type (API: tf.nn.relu6).

    Args:
        features: a tensor (floating, integers), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Relu6", features=features, name=name)


def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Tensor:
    """x, or alpha * x where x is negative; integers become float32 (API: tf.nn.leaky_relu).

    Args:
        features: a tensor of a float or integer type.
        alpha: the slope on the negative side, a number.

    Returns:
        Of the shape of `features`; its type, or float32 for integers.
    """
    with name_scope(name, "LeakyRelu", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = cast(features, dtypes.float32)
        slope = alpha.item() if isinstance(alpha, np.ndarray) else alpha
        return apply_op("LeakyRelu", features=features, alpha=slope, name=scope)


def elu(features: Any, name: str | None = None) -> Tensor:
    """x, or exp(x) - 1 where x is negative; Clevert et al. 2015, arXiv:1511.07289 (API: tf.nn.elu).

    Args:
        features: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Elu", features=features, name=name)


def selu(features: Any, name: str | None = None) -> Tensor:
    """scale * x, or scale * alpha * (exp(x) - 1) where x is negative; arXiv:1706.02515 (API: tf.nn.selu).

    Args:
        features: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Selu", features=features, name=name)


def softplus(features: Any, name: str | None = None) -> Tensor:
    """log(exp(x) + 1) (API: tf.nn.softplus).

    Args:
        features: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Softplus", features=features, name=name)


def softsign(features: Any, name: str | None = None) -> Tensor:
    """x / (1 + |x|) (API: tf.nn.softsign).

    Args:
        features: a tensor (floating), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Softsign", features=features, name=name)


def crelu(features: Any, name: str | None = None, axis: int = -1) -> Tensor:
    """relu of x and of -x, joined along `axis`; Shang et al. 2016, arXiv:1603.05201 (API: tf.nn.crelu).

    Args:
        features: a tensor of a real type.
        axis: the axis to join along, the last by default.

    Returns:
        Of the type of `features`; `axis` is twice as long.
    """
    with name_scope(name, "CRelu", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        return relu(concat([features, negative(features)], axis, name=scope))


def log_sigmoid(x: Any, name: str | None = None) -> Tensor:
    """log(1 / (1 + exp(-x))) without overflow (API: tf.log_sigmoid).

    Args:
        x: a tensor of a float type.

    Returns:
        Of the type and shape of `x`.
    """
    with name_scope(name, "LogSigmoid", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return negative(softplus(negative(x)), name=scope)


def swish(features: Any, beta: Any = 1.0) -> Tensor:
    """x * sigmoid(beta * x), also called SiLU; Ramachandran et al. 2017, arXiv:1710.05941 (API: tf.nn.swish).

    Args:
        features: a float tensor.
        beta: a number or a scalar tensor, converted to the type of `features`.
    """
    features = convert_to_tensor(features, name="features")
    beta = cast(convert_to_tensor(beta, name="beta"), features.dtype.base_dtype)
    result = multiply(features, sigmoid(multiply(beta, features, name="mul")), name="mul")
    # TensorFlow hangs a gradient function of its own on the second of these; the plain one gives the same numbers.
    identity(result)
    return identity_n([result, features, beta])[0]


def _register_activation(op_type: str, types: str, compute: Kernel, gradient: Any) -> None:
    register_op(
        op_type,
        inputs="features: T",
        outputs="activations: T",
        attrs=f"T: type in {{{types}}}",
        shape=rules.unchanged,
        kernel=constant_kernel(compute),
        gradient=gradient,
    )


def _register_derivative(op_type: str, types: str, operand: str, compute: Kernel, gradient: Any) -> None:
    """Register a function of the incoming gradients and of what the activation took (features) or gave (outputs)."""

    def computed(gradients: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        _check_same_shape(gradients, values)
        return compute(gradients, values)

    register_op(
        op_type,
        inputs=f"gradients: T; {operand}: T",
        outputs="backprops: T",
        attrs=f"T: type in {{{types}}}",
        shape=rules.same_shapes,
        kernel=constant_kernel(computed),
        gradient=gradient,
    )


def _check_same_shape(gradients: torch.Tensor, values: torch.Tensor) -> None:
    if gradients.shape != values.shape:
        raise ValueError(f"Shapes must be equal, but are {list(gradients.shape)} and {list(values.shape)}.")


# Gradients. The derivative of what is linear in pieces is such a function itself; its slope has no slope.


def _from_output(op_type: str, operand: str) -> Any:
    return lambda op, grad: [apply_op(op_type, gradients=grad, **{operand: op.outputs[0]})]


def _piecewise_linear(op_type: str) -> Any:
    """The gradient of the derivative `op_type` itself."""

    def gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
        features = op.inputs[1]
        return [
            apply_op(op_type, gradients=grad, features=features),
            apply_op("ZerosLike", x=features, name="zeros_like"),
        ]

    return gradient


def _exponential_below_zero(op_type: str) -> Any:
    """The gradient of the derivative `op_type` of a function whose derivative is output + constant below zero."""

    def gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
        gradients, outputs = op.inputs
        first = apply_op(op_type, gradients=grad, outputs=outputs)
        negative = apply_op("Less", x=outputs, y=0)
        product = multiply(grad, gradients, name="mul")
        zeros = apply_op("ZerosLike", x=outputs, name="zeros_like")
        return [first, apply_op("Select", condition=negative, t=product, e=zeros)]

    return gradient


def _softplus_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [multiply(grad, sigmoid(op.inputs[0]), name="mul")]


def _softplus_grad_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    gradients, features = op.inputs
    # The slope of the sigmoid, 1 / (exp(-x) + 2 + exp(x)), is even and cannot overflow this way round.
    small = exp(apply_op("Neg", x=apply_op("Abs", x=features)))
    one = convert_to_tensor(1, features.dtype.base_dtype)
    slope = realdiv(small, apply_op("Square", x=apply_op("AddV2", x=small, y=one)))
    return [
        apply_op("SoftplusGrad", gradients=grad, features=features),
        multiply(multiply(grad, gradients), slope),
    ]


def _softsign_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [apply_op("SoftsignGrad", gradients=grad, features=op.inputs[0])]


# Kernels.


def _relu(x: torch.Tensor) -> torch.Tensor:
    return torch.clamp_min(x, 0)


def _relu_grad(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    if gradients.is_floating_point():
        # A slope of 0 below: one pass, and nothing passes where a feature is NaN, as in TensorFlow.
        return torch.ops.aten.leaky_relu_backward(gradients, features, 0.0, False)
    return gradients * (features > 0)


def _relu6(x: torch.Tensor) -> torch.Tensor:
    return torch.clamp(x, 0, 6)


def _relu6_grad(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    if gradients.is_floating_point():
        return torch.ops.aten.hardtanh_backward(gradients, features, 0, 6)
    return gradients * ((features > 0) & (features < 6))


def _elu_grad(gradients: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    return torch.ops.aten.elu_backward(gradients, 1, 1, 1, True, outputs)


def _selu_grad(gradients: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    below = outputs + _SELU_SCALE * _SELU_ALPHA
    return gradients * torch.where(outputs < 0, below, torch.full_like(below, _SELU_SCALE))


def _softplus(x: torch.Tensor) -> torch.Tensor:
    # PyTorch's own softplus gives x above 20, which is short of float64's precision.
    return torch.clamp_min(x, 0) + torch.log1p(torch.exp(-torch.abs(x)))


def _softplus_grad(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    return gradients * torch.sigmoid(features)


def _softsign_grad(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    return gradients / torch.square(1 + torch.abs(features))


_register_activation("Relu", f"{REAL}, qint8", on_wide_unsigned(_relu), _from_output("ReluGrad", "features"))
_register_derivative("ReluGrad", REAL, "features", on_wide_unsigned(_relu_grad), _piecewise_linear("ReluGrad"))
_register_activation("Relu6", REAL, on_wide_unsigned(_relu6), _from_output("Relu6Grad", "features"))
_register_derivative("Relu6Grad", REAL, "features", on_wide_unsigned(_relu6_grad), _piecewise_linear("Relu6Grad"))
_register_activation("Elu", FLOATING, torch.nn.functional.elu, _from_output("EluGrad", "outputs"))
_register_derivative("EluGrad", FLOATING, "outputs", _elu_grad, _exponential_below_zero("EluGrad"))
_register_activation("Selu", FLOATING, torch.selu, _from_output("SeluGrad", "outputs"))
_register_derivative("SeluGrad", FLOATING, "outputs", _selu_grad, _exponential_below_zero("SeluGrad"))
_register_activation("Softplus", FLOATING, _softplus, _softplus_gradient)
_register_derivative("SoftplusGrad", FLOATING, "features", _softplus_grad, _softplus_grad_gradient)
_register_activation("Softsign", FLOATING, torch.nn.functional.softsign, _softsign_gradient)
_register_derivative("SoftsignGrad", FLOATING, "features", _softsign_grad, NO_GRADIENT)


# LeakyRelu alone has an attribute.


def _as_stored(number: float) -> float:
    """A float attribute as a graph's file holds it, which shows in float64."""
    return float(np.float32(number))


def _leaky_relu_kernel(op: Operation) -> Kernel:
    alpha = _as_stored(op.attrs["alpha"])
    return lambda x: torch.nn.functional.leaky_relu(x, alpha)


def activation_in_place(op: Operation) -> Kernel:
    """A Relu, Relu6 or LeakyRelu of floats, written over what it takes: for plans that have made it themselves."""
    if op.type == "LeakyRelu":
        alpha = _as_stored(op.attrs["alpha"])
        return lambda x: torch.ops.aten.leaky_relu_(x, alpha)
    low, high = {"Relu": (0, None), "Relu6": (0, 6)}[op.type]
    return lambda x: x.clamp_(low, high)


def _leaky_relu_grad_kernel(op: Operation) -> Kernel:
    alpha = _as_stored(op.attrs["alpha"])

    def compute(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
        _check_same_shape(gradients, features)
        return torch.ops.aten.leaky_relu_backward(gradients, features, alpha, False)

    return compute


def _leaky_relu_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [apply_op("LeakyReluGrad", gradients=grad, features=op.inputs[0], alpha=op.attrs["alpha"])]


def _leaky_relu_grad_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    features = op.inputs[1]
    return [
        apply_op("LeakyReluGrad", gradients=grad, features=features, alpha=op.attrs["alpha"]),
        apply_op("ZerosLike", x=features, name="zeros_like"),
    ]


_LEAKY_ATTRS = f"alpha: float = 0.200000003; T: type = float in {{{FLOATING}}}"
register_op(
    "LeakyRelu",
    inputs="features: T",
    outputs="activations: T",
    attrs=_LEAKY_ATTRS,
    shape=rules.unchanged,
    kernel=_leaky_relu_kernel,
    gradient=_leaky_relu_gradient,
)
register_op(
    "LeakyReluGrad",
    inputs="gradients: T; features: T",
    outputs="backprops: T",
    attrs=_LEAKY_ATTRS,
    shape=rules.same_shapes,
    kernel=_leaky_relu_grad_kernel,
    gradient=_leaky_relu_grad_gradient,
)

"""Kernels that write their result over one of their inputs, which nobody needs any more.

PyTorch's own functions where there is one: a Python function around it would cost a third of a small tensor's time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.ops.math.arithmetic import sum_of

Kernel = Callable[..., Any]


def _relu(x: torch.Tensor) -> torch.Tensor:
    return torch.Tensor.clamp_min_(x, 0)


def _relu6(x: torch.Tensor) -> torch.Tensor:
    return torch.Tensor.clamp_(x, 0, 6)


UNARY: dict[str, Kernel] = {
    "Abs": torch.Tensor.abs_,
    "Cos": torch.Tensor.cos_,
    "Exp": torch.Tensor.exp_,
    "Log": torch.Tensor.log_,
    "Log1p": torch.Tensor.log1p_,
    "Neg": torch.Tensor.neg_,
    "Reciprocal": torch.Tensor.reciprocal_,
    "Relu": _relu,
    "Relu6": _relu6,
    "Rsqrt": torch.Tensor.rsqrt_,
    "Sigmoid": torch.Tensor.sigmoid_,
    "Sin": torch.Tensor.sin_,
    "Sqrt": torch.Tensor.sqrt_,
    "Square": torch.Tensor.square_,
    "Tanh": torch.Tensor.tanh_,
}
"""Functions of one number."""

COMMUTATIVE: dict[str, Kernel] = {
    "Add": torch.Tensor.add_,
    "AddV2": torch.Tensor.add_,
    "Mul": torch.Tensor.mul_,
}
"""Functions of two, either of which may be written over."""

ONTO_FIRST: dict[str, Kernel] = {
    "BiasAdd": torch.Tensor.add_,
    "RealDiv": torch.Tensor.div_,
    "Sub": torch.Tensor.sub_,
}
"""Functions of two, the first of which is written over."""


def _relu_grad(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    return torch.ops.aten.leaky_relu_backward.grad_input(gradients, features, 0.0, False, grad_input=gradients)


def _relu6_grad(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    return torch.ops.aten.hardtanh_backward.grad_input(gradients, features, 0, 6, grad_input=gradients)


def _elu_grad(gradients: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
    return torch.ops.aten.elu_backward.grad_input(gradients, 1, 1, 1, True, outputs, grad_input=gradients)


def _sigmoid_grad(y: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    return torch.ops.aten.sigmoid_backward.grad_input(dy, y, grad_input=dy)


def _tanh_grad(y: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    return torch.ops.aten.tanh_backward.grad_input(dy, y, grad_input=dy)


ONTO_GRADIENT: dict[str, tuple[int, Kernel]] = {
    "EluGrad": (0, _elu_grad),
    "Relu6Grad": (0, _relu6_grad),
    "ReluGrad": (0, _relu_grad),
    "SigmoidGrad": (1, _sigmoid_grad),
    "TanhGrad": (1, _tanh_grad),
}
"""Derivatives: where among their inputs the gradient stands, which they write over."""


def onto_second(compute: Kernel) -> Kernel:
    """`compute` for operands that have changed places."""
    return lambda x, y: compute(y, x)


def of_one_shape(compute: Kernel, plain: Kernel) -> Kernel:
    """`compute` where the inputs turn out to have one shape, `plain` where one would be stretched."""
    return lambda x, y: compute(x, y) if x.shape == y.shape else plain(x, y)


def where_it_fits(compute: Kernel, plain: Kernel, place: int) -> Kernel:
    """`compute` where the result turns out to have the shape of the input at `place`, else `plain`."""

    def chosen(*operands: torch.Tensor) -> Any:
        target, other = operands[place].shape, operands[1 - place].shape
        fits = target == other or (
            len(target) >= len(other)
            and all(size in (1, own) for own, size in zip(reversed(target), reversed(other), strict=False))
        )
        return compute(*operands) if fits else plain(*operands)

    return chosen


def sum_onto(place: int) -> Kernel:
    """The sum of all inputs, written over the one at `place`."""

    def compute(*values: torch.Tensor) -> torch.Tensor:
        total = values[place]
        if any(value.shape != total.shape for value in values):
            return sum_of(*values)  # which says what is wrong
        for index, value in enumerate(values):
            if index != place:
                total.add_(value)
        return total

    return compute

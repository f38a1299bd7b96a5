"""Normalization by neighbouring channels (API: tf.nn.local_response_normalization; Krizhevsky et al. 2012, 3.3).

output = input / (bias + alpha * s) ** beta,  s = the sum of squares over the channels at most depth_radius away
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules

Kernel = Callable[..., torch.Tensor]


def local_response_normalization(
    input: Any, depth_radius: int = 5, bias: float = 1, alpha: float = 1, beta: float = 0.5, name: str | None = None
) -> Tensor:
    """Each element divided by a power of its neighbours' squares (API: tf.nn.local_response_normalization, tf.nn.lrn).

    Args:
        input: shape (batch, height, width, channels), float32, float16 or bfloat16.
        depth_radius: how many channels to each side count.
        bias, alpha, beta: of the divisor, (bias + alpha * sum of squares) ** beta.
    """
    return apply_op("LRN", input=input, depth_radius=depth_radius, bias=bias, alpha=alpha, beta=beta, name=name)


def _check_radius(ctx: InferenceContext) -> None:
    if ctx.attr("depth_radius") < 0:
        raise ValueError(f"depth_radius must be at least 0, got {ctx.attr('depth_radius')}.")


def _lrn_shape(ctx: InferenceContext) -> list[TensorShape]:
    _check_radius(ctx)
    return [rules.with_rank(ctx.input(0), 4, "input")]


def _lrn_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    _check_radius(ctx)
    shape = rules.with_rank(ctx.input(0), 4, "input_grads")
    for index, name in ((1, "input_image"), (2, "output_image")):
        other = ctx.input(index)
        if not shape.is_compatible_with(other):
            raise ValueError(f"input_grads and {name} must have the same shape, but are {shape} and {other}.")
        shape = shape.merge_with(other)
    return [shape]


def _sums_of_neighbours(x: torch.Tensor, radius: int) -> torch.Tensor:
    """For each channel the sum over those at most `radius` away: a product with a band matrix."""
    channels = x.shape[-1]
    places = torch.arange(channels, device=x.device)
    band = (places[:, None] - places).abs() <= radius
    return torch.matmul(x, band.to(x.dtype))


def _checked(x: torch.Tensor, *others: torch.Tensor) -> None:
    if x.ndim != 4 or any(other.shape != x.shape for other in others):
        raise ValueError(f"Need tensors of one shape and rank 4, got {[list(t.shape) for t in (x, *others)]}.")


def _precise(x: torch.Tensor) -> torch.Tensor:
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def _lrn_kernel(op: Operation) -> Kernel:
    radius, bias, alpha, beta = (op.attrs[name] for name in ("depth_radius", "bias", "alpha", "beta"))

    def normalize(input: torch.Tensor) -> torch.Tensor:
        _checked(input)
        x = _precise(input)
        norms = _sums_of_neighbours(torch.square(x), radius).mul_(alpha).add_(bias)
        return (x * norms.pow_(-beta)).to(input.dtype)

    return normalize


def _lrn_grad_kernel(op: Operation) -> Kernel:
    radius, bias, alpha, beta = (op.attrs[name] for name in ("depth_radius", "bias", "alpha", "beta"))

    def backward(input_grads: torch.Tensor, input_image: torch.Tensor, output_image: torch.Tensor) -> torch.Tensor:
        _checked(input_grads, input_image, output_image)
        grads, x, y = (_precise(value) for value in (input_grads, input_image, output_image))
        norms = _sums_of_neighbours(torch.square(x), radius).mul_(alpha).add_(bias)
        through_norms = _sums_of_neighbours(grads * y / norms, radius)
        result = grads * norms.pow_(-beta) - through_norms.mul_(x).mul_(2 * alpha * beta)
        return result.to(input_grads.dtype)

    return backward


def _lrn_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    attrs = {name: op.attrs[name] for name in ("depth_radius", "bias", "alpha", "beta")}
    return [apply_op("LRNGrad", input_grads=grad, input_image=op.inputs[0], output_image=op.outputs[0], **attrs)]


_ATTRS = (
    "depth_radius: int = 5; bias: float = 1; alpha: float = 1; beta: float = 0.5; "
    "T: type = float in {half, bfloat16, float}"
)
register_op(
    "LRN",
    inputs="input: T",
    outputs="output: T",
    attrs=_ATTRS,
    shape=_lrn_shape,
    kernel=_lrn_kernel,
    gradient=_lrn_gradient,
)
register_op(
    "LRNGrad",
    inputs="input_grads: T; input_image: T; output_image: T",
    outputs="output: T",
    attrs=_ATTRS,
    shape=_lrn_grad_shape,
    kernel=_lrn_grad_kernel,
    gradient=NO_GRADIENT,
)

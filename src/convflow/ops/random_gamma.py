"""Gamma distributed numbers and their gradient (API: tf.random_gamma)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.ops import rules
from convflow.ops.array.broadcast import broadcast_dynamic_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.tile import broadcast_to
from convflow.ops.math.arithmetic import divide, maximum, multiply
from convflow.ops.math.incomplete_kernels import gamma_integral_by_a
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.random_nodes import generator, seed_attrs, shape_of_sizes, sizes_of
from convflow.ops.types import INDEX


def random_gamma(
    shape: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Gamma distributed numbers (API: tf.random_gamma; Marsaglia and Tsang 2000).

    Differentiable by `alpha` and `beta` (Figurnov, Mohamed, Mnih 2018).

    Args:
        shape: how many numbers to draw for each parameter, a vector of sizes.
        alpha: the shape parameters, positive.
        beta: the inverse scales, 1 by default; broadcasts with `alpha`.
        dtype: float16, float32 or float64.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        A tensor of shape `[*shape, *broadcast(alpha, beta)]`. What would round to 0 is the smallest normal number.
    """
    with name_scope(name, "random_gamma", [shape, alpha, beta]):
        sizes = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        alpha = convert_to_tensor(alpha, name="alpha", dtype=dtype)
        beta = convert_to_tensor(1 if beta is None else beta, name="beta", dtype=dtype)
        broadcast_shape = broadcast_dynamic_shape(shape_of(alpha), shape_of(beta))
        parameters = broadcast_to(alpha, broadcast_shape)
        drawn = apply_op("RandomGamma", shape=sizes, alpha=parameters, **seed_attrs(seed))
        tiny = np.finfo(alpha.dtype.as_numpy_dtype).tiny
        return maximum(tiny, divide(drawn, beta))


def parameters_after_shape(ctx: InferenceContext) -> list[TensorShape]:
    """The output has the shape that the first input lists, and then that of the second one."""
    return [shape_of_sizes(ctx)[0].concatenate(ctx.input(1))]


def _gamma_kernel(op: Operation, store: Any) -> Callable[..., torch.Tensor]:
    draw = generator(op, store).gamma
    return lambda shape, alpha: draw(sizes_of(shape), alpha)


def _gamma_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    shape, alpha, sample = op.inputs[0], op.inputs[1], op.outputs[0]
    with control_dependencies([grad]):
        drawn_axes = shape_of(shape)[0]
        behind = reshape(alpha, concat([ones(apply_op("Pack", values=[drawn_axes]), "int32"), shape_of(alpha)], 0))
        by_alpha = apply_op("RandomGammaGrad", alpha=behind, sample=sample)
        return [None, reduce_sum(multiply(grad, by_alpha), axis=range_of(drawn_axes))]


register_op(
    "RandomGamma",
    inputs="shape: S; alpha: T",
    outputs="output: T",
    attrs=f"seed: int = 0; seed2: int = 0; S: type in {{{INDEX}}}; T: type in {{half, float, double}}",
    shape=parameters_after_shape,
    kernel=_gamma_kernel,
    gradient=_gamma_gradient,
    stateful=True,
)


def _sample_by_alpha(alpha: torch.Tensor, sample: torch.Tensor) -> torch.Tensor:
    """How a sample moves with the shape parameter while its probability P(alpha, sample) stays."""
    a, x = torch.broadcast_tensors(alpha.double(), sample.double())
    log_density = torch.xlogy(a - 1, x) - x - torch.lgamma(a)
    return (-gamma_integral_by_a(a, x) / torch.exp(log_density)).to(sample.dtype)


register_op(
    "RandomGammaGrad",
    inputs="alpha: T; sample: T",
    outputs="output: T",
    attrs="T: type in {float, double}",
    shape=rules.broadcast,
    kernel=lambda op: _sample_by_alpha,
    gradient=NO_GRADIENT,
)

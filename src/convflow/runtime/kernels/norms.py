"""Batch normalization in training with what follows it, and the derivative of both.

Where the compiled sweeps can do it, they do; else the members' own kernels, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.operation import Operation
from convflow.ops import norm_sweeps
from convflow.ops.batch_norm_kernels import Settings, as_torch, check_vectors
from convflow.ops.epilogue import NONE, RELU, RELU6, Activation

Kernel = Callable[..., Any]

_ACTIVATIONS = {"Relu": RELU, "Relu6": RELU6}


def activation_of(op: Operation | None) -> Activation:
    """The activation that a node computes."""
    return NONE if op is None else _ACTIVATIONS[op.type]


def forward(norm: Operation, addition: Operation | None, activation: Operation | None) -> Kernel:
    """The kernel of a training normalization and what follows: of its inputs and what is added, if it is.

    It returns the outputs of the last node, of the normalization without its first, and what `backward` takes.
    """
    settings, plain = Settings.of(norm), norm.definition.kernel(norm)
    add = None if addition is None else addition.definition.kernel(addition)
    activate = None if activation is None else activation.definition.kernel(activation)
    follows = activation_of(activation)

    def step_by_step(*inputs: torch.Tensor) -> tuple[Any, ...]:
        y, mean, estimate, saved_mean, variance, *space = plain(*inputs[:5])
        y = y if add is None else add(y, inputs[5])
        y = y if activate is None else activate(y)
        # Others may write over what is theirs.
        left = norm_sweeps.Given(saved_mean.clone(), variance.clone())
        return (y, mean, estimate, saved_mean.clone(), variance.clone(), *space, left)

    def kernel(*inputs: torch.Tensor) -> tuple[Any, ...]:
        x, scale, offset = inputs[:3]
        check_vectors(as_torch(x, settings.data_format).shape[1], scale, offset)
        added = inputs[5] if len(inputs) > 5 else None
        if not norm_sweeps.pays(x, scale, offset) or not _fits(added, x):
            return step_by_step(*inputs)
        found = norm_sweeps.statistics(x, scale, offset, settings.epsilon)
        y = norm_sweeps.normalized(x, found, follows, added)
        mean, variance, estimate = torch.stack(found[:3]).unbind()
        outputs = y, mean, estimate, mean.clone(), variance, scale.new_empty(0), found
        return outputs if len(norm.outputs) == 6 else (*outputs[:5], found)

    return kernel


def _fits(added: torch.Tensor | None, x: torch.Tensor) -> bool:
    return added is None or (added.shape == x.shape and added.dtype == x.dtype and added.is_contiguous())


def backward(grad: Operation, slope: Operation | None, activation: Operation | None, in_place: bool) -> Kernel:
    """The kernel of the derivative: of the slopes by what came out; that, if `slope`; x, scale, and what is left.

    Args:
        slope: the derivative of the activation, if there is one.
        in_place: whether it writes over the slopes.
    """
    settings, plain = Settings.of(grad), grad.definition.kernel(grad)
    below = None if slope is None else slope.definition.kernel(slope)
    follows = activation_of(activation)

    def kernel(dy: torch.Tensor, *others: Any) -> tuple[torch.Tensor, ...]:
        *y, x, scale, left = others
        nothing = scale.new_empty(0)
        if not isinstance(left, norm_sweeps.Statistics):
            dy = dy if below is None else below(dy, *y)
            outputs: tuple[torch.Tensor, ...] = plain(dy, x, scale, left.mean, left.variance, nothing)
            return outputs
        if dy.shape != x.shape or dy.dtype != x.dtype:
            raise ValueError(f"The gradient has shape {list(dy.shape)} and type {dy.dtype}, x {list(x.shape)}.")
        dense = dy.contiguous()
        slopes = norm_sweeps.gradient(dense, x, scale, left, settings.epsilon, True, follows, in_place)
        return (*slopes, nothing, nothing)

    return kernel

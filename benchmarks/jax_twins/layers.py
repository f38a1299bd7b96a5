"""The layers the networks share, in `jax.lax`."""

from __future__ import annotations

from typing import Any

import jax
from jax import lax
from jax import numpy as jnp

from benchmarks.jax_twins.scope import Scope

_LAYOUT = ("NHWC", "HWIO", "NHWC")


def convolution(
    scope: Scope, x: Any, filters: int, size: int, stride: int = 1, padding: str = "SAME", bias: bool = True
) -> Any:
    weights = scope.parameter(size, size, x.shape[-1], filters)
    y = lax.conv_general_dilated(x, weights, (stride, stride), padding, dimension_numbers=_LAYOUT)
    return y + scope.parameter(filters) if bias else y


def depthwise(scope: Scope, x: Any, size: int, stride: int) -> Any:
    channels = x.shape[-1]
    weights = scope.parameter(size, size, 1, channels)
    return lax.conv_general_dilated(
        x, weights, (stride, stride), "SAME", dimension_numbers=_LAYOUT, feature_group_count=channels
    )


def transposed(scope: Scope, x: Any, filters: int, size: int, stride: int) -> Any:
    weights = scope.parameter(size, size, x.shape[-1], filters)
    y = lax.conv_transpose(x, weights, (stride, stride), "SAME", dimension_numbers=_LAYOUT)
    return y + scope.parameter(filters)


def dense(scope: Scope, x: Any, units: int) -> Any:
    return x @ scope.parameter(x.shape[-1], units) + scope.parameter(units)


def normalized(scope: Scope, x: Any, momentum: float, epsilon: float, scale: bool = True) -> Any:
    """Batch normalization over all axes but the last, with moving moments.

    Args:
        momentum: what the moving moments keep of themselves in a step.
    """
    axes = tuple(range(x.ndim - 1))
    mean_name, moving_mean = scope.moment(x.shape[-1])
    variance_name, moving_variance = scope.moment(x.shape[-1])
    mean, variance = moving_mean, moving_variance
    if scope.training:
        mean, variance = jnp.mean(x, axes), jnp.var(x, axes)
        scope.updated[mean_name] = momentum * moving_mean + (1 - momentum) * mean
        scope.updated[variance_name] = momentum * moving_variance + (1 - momentum) * variance
    factor = lax.rsqrt(variance + epsilon)
    if scale:
        # The deviation of a fresh network is one: scales are kept as what they add to it.
        factor = factor * (1 + scope.parameter(x.shape[-1]))
    return (x - mean) * factor + scope.parameter(x.shape[-1])


def normalized_by_batch(scope: Scope, x: Any, epsilon: float = 1e-5) -> Any:
    """Batch normalization that never asks for moving moments."""
    axes = tuple(range(x.ndim - 1))
    mean, variance = jnp.mean(x, axes), jnp.var(x, axes)
    factor = lax.rsqrt(variance + epsilon) * (1 + scope.parameter(x.shape[-1]))
    return (x - mean) * factor + scope.parameter(x.shape[-1])


def max_pool(x: Any, size: int, stride: int, padding: str = "VALID") -> Any:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, size, size, 1), (1, stride, stride, 1), padding)


def dropout(scope: Scope, x: Any, rate: float) -> Any:
    if not scope.training:
        return x
    kept = jax.random.bernoulli(scope.fresh_key(), 1 - rate, x.shape)
    return jnp.where(kept, x / (1 - rate), 0)


def flat(x: Any) -> Any:
    return x.reshape(x.shape[0], -1)


def cross_entropy(labels: Any, logits: Any) -> Any:
    """The mean over all pictures (and pixels), labels being distributions over the last axis."""
    return -jnp.mean(jnp.sum(labels * jax.nn.log_softmax(logits), -1))

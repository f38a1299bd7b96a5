"""The twin of `benchmarks.works.dcgan`."""

from __future__ import annotations

from typing import Any

import jax
from jax import lax
from jax import numpy as jnp

from benchmarks.jax_twins.layers import convolution, dense, flat, max_pool, normalized_by_batch, transposed
from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin, Phase, adam
from benchmarks.works.dcgan import NOISE
from benchmarks.works.program import pictures


def judge(scope: Scope, images: Any) -> Any:
    with scope.part("judge"):
        x = images.reshape(-1, 28, 28, 1)
        for filters in (32, 64):
            x = max_pool(jax.nn.leaky_relu(convolution(scope, x, filters, 5, padding="VALID"), 0.2), 2, 2)
        x = jax.nn.leaky_relu(dense(scope, flat(x), 1024), 0.2)
        return dense(scope, x, 1)


def draw(scope: Scope, noise: Any) -> Any:
    with scope.part("draw"):
        x = noise
        for units in (1024, 7 * 7 * 128):
            x = normalized_by_batch(scope, jax.nn.relu(dense(scope, x, units)))
        x = jax.nn.relu(transposed(scope, x.reshape(-1, 7, 7, 128), 64, 4, 2))
        x = normalized_by_batch(scope, x)
        return flat(jnp.tanh(transposed(scope, x, 1, 4, 2)))


def _towards(logits: Any, target: float) -> Any:
    return jnp.mean(jnp.maximum(logits, 0) - logits * target + jnp.log1p(jnp.exp(-jnp.abs(logits))))


def judge_loss(scope: Scope, images: Any, noise: Any) -> Any:
    drawn = lax.stop_gradient(draw(scope, noise))
    return _towards(judge(scope, images), 1) + _towards(judge(scope, drawn), 0)


def draw_loss(scope: Scope, images: Any, noise: Any) -> Any:
    return _towards(judge(scope, draw(scope, noise)), 1)


def build(batch: int) -> JaxTwin:
    phases = [Phase(judge_loss, adam(1e-3, 0.5), "judge/"), Phase(draw_loss, adam(1e-3, 0.5), "draw/")]
    inputs = [pictures(batch, 784), pictures(batch, NOISE)]
    return JaxTwin(inputs, lambda scope, images, noise: draw(scope, noise), phases)

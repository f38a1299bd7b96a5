"""The twin of `benchmarks.works.vae`."""

from __future__ import annotations

from typing import Any

import jax
from jax import numpy as jnp

from benchmarks.jax_twins.layers import convolution, dense, flat, transposed
from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin, Phase, adam
from benchmarks.works.program import pictures


def autoencoder(scope: Scope, images: Any) -> tuple[Any, Any, Any]:
    """Pictures [batch, 784] to their reconstruction, and mean and deviation [batch, 20]."""
    x = images.reshape(-1, 28, 28, 1)
    for filters in (16, 32):
        x = jax.nn.relu(convolution(scope, x, filters, 5, 2))
    x = flat(x)
    mean, deviation = dense(scope, x, 20), dense(scope, x, 20)
    latent = mean + deviation * jax.random.normal(scope.fresh_key(), mean.shape)
    x = jax.nn.relu(dense(scope, latent, 7 * 7 * 32).reshape(-1, 7, 7, 32))
    x = jax.nn.relu(transposed(scope, x, 32, 5, 2))
    return flat(jax.nn.sigmoid(transposed(scope, x, 1, 5, 2))), mean, deviation


def loss(scope: Scope, images: Any) -> Any:
    output, mean, deviation = autoencoder(scope, images)
    square = jnp.square(deviation)
    divergence = 0.5 * jnp.sum(jnp.square(mean) + square - jnp.log(1e-8 + square) - 1, 1)
    return jnp.mean(jnp.sum(jnp.square(output - images), 1) + divergence)


def build(batch: int) -> JaxTwin:
    return JaxTwin(
        [pictures(batch, 784)], lambda scope, images: autoencoder(scope, images)[0], [Phase(loss, adam(1e-4))]
    )

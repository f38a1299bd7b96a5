"""The twin of `benchmarks.works.resnet50`."""

from __future__ import annotations

from typing import Any

import jax
from jax import numpy as jnp

from benchmarks.jax_twins.layers import convolution, dense, max_pool, normalized
from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin, classifier, momentum
from benchmarks.works.program import pictures

# Bottleneck depth, units, and the stride of the last unit of each block.
BLOCKS = ((64, 3, 2), (128, 4, 2), (256, 6, 2), (512, 3, 1))


def _convolution(scope: Scope, x: Any, filters: int, size: int, stride: int = 1) -> Any:
    return normalized(scope, convolution(scope, x, filters, size, stride, bias=False), 0.997, 1e-5)


def _unit(scope: Scope, x: Any, depth: int, stride: int) -> Any:
    shortcut = x[:, ::stride, ::stride]
    if x.shape[-1] != 4 * depth:
        shortcut = _convolution(scope, x, 4 * depth, 1, stride)
    y = jax.nn.relu(_convolution(scope, x, depth, 1))
    y = jax.nn.relu(_convolution(scope, y, depth, 3, stride))
    return jax.nn.relu(shortcut + _convolution(scope, y, 4 * depth, 1))


def network(scope: Scope, x: Any) -> Any:
    x = max_pool(jax.nn.relu(_convolution(scope, x, 64, 7, 2)), 3, 2, "SAME")
    for depth, units, last_stride in BLOCKS:
        for number in range(units):
            x = _unit(scope, x, depth, last_stride if number == units - 1 else 1)
    return dense(scope, jnp.mean(x, (1, 2)), 1000)


def build(batch: int) -> JaxTwin:
    return classifier(network, pictures(batch, 224, 224, 3), 1000, momentum(0.01))

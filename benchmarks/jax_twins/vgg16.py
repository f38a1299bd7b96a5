"""The twin of `benchmarks.works.vgg16`."""

from __future__ import annotations

from typing import Any

import jax

from benchmarks.jax_twins.layers import convolution, dense, dropout, flat, max_pool
from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin, classifier, momentum
from benchmarks.works.program import pictures

# Convolutions and filters of each stage.
STAGES = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def network(scope: Scope, x: Any) -> Any:
    for count, filters in STAGES:
        for _ in range(count):
            x = jax.nn.relu(convolution(scope, x, filters, 3))
        x = max_pool(x, 2, 2)
    x = flat(x)
    for _ in range(2):
        x = dropout(scope, jax.nn.relu(dense(scope, x, 4096)), 0.5)
    return dense(scope, x, 1000)


def build(batch: int) -> JaxTwin:
    return classifier(network, pictures(batch, 224, 224, 3), 1000, momentum(0.01))

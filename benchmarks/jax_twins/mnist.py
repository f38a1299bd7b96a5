"""The twin of `benchmarks.works.mnist`."""

from __future__ import annotations

from typing import Any

import jax

from benchmarks.jax_twins.layers import convolution, dense, dropout, flat, max_pool
from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin, adam, classifier
from benchmarks.works.program import pictures


def network(scope: Scope, images: Any) -> Any:
    x = images.reshape(-1, 28, 28, 1)
    for filters in (32, 64):
        x = max_pool(jax.nn.relu(convolution(scope, x, filters, 5)), 2, 2)
    x = dropout(scope, jax.nn.relu(dense(scope, flat(x), 1024)), 0.4)
    return dense(scope, x, 10)


def build(batch: int) -> JaxTwin:
    return classifier(network, pictures(batch, 784), 10, adam(1e-4))

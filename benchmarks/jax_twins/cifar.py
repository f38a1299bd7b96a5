"""The twin of `benchmarks.works.cifar`."""

from __future__ import annotations

from typing import Any

import jax

from benchmarks.jax_twins.layers import convolution, dense, flat, max_pool
from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin, adam, classifier
from benchmarks.works.program import pictures


def network(scope: Scope, x: Any) -> Any:
    for filters in (64, 64, 32):
        x = max_pool(jax.nn.relu(convolution(scope, x, filters, 5)), 2, 2)
    x = flat(x)
    for units in (128, 64):
        x = jax.nn.relu(dense(scope, x, units))
    return dense(scope, x, 10)


def build(batch: int) -> JaxTwin:
    return classifier(network, pictures(batch, 32, 32, 3), 10, adam(1e-3))

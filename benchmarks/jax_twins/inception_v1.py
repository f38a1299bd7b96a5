"""The twin of `benchmarks.works.inception_v1`."""

from __future__ import annotations

from typing import Any

import jax
from jax import numpy as jnp

from benchmarks.jax_twins.layers import convolution, dense, dropout, max_pool, normalized
from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin, classifier, momentum
from benchmarks.works.inception_v1 import MODULES
from benchmarks.works.program import pictures


def _unit(scope: Scope, x: Any, filters: int, size: int, stride: int = 1) -> Any:
    x = convolution(scope, x, filters, size, stride, bias=False)
    return jax.nn.relu(normalized(scope, x, 0.9997, 1e-3, scale=False))


def _module(scope: Scope, x: Any, one: int, *filters: int) -> Any:
    squeeze_a, three_a, squeeze_b, three_b, pooled = filters
    branches = [
        _unit(scope, x, one, 1),
        _unit(scope, _unit(scope, x, squeeze_a, 1), three_a, 3),
        _unit(scope, _unit(scope, x, squeeze_b, 1), three_b, 3),
        _unit(scope, max_pool(x, 3, 1, "SAME"), pooled, 1),
    ]
    return jnp.concatenate(branches, -1)


def network(scope: Scope, x: Any) -> Any:
    x = max_pool(_unit(scope, x, 64, 7, 2), 3, 2, "SAME")
    x = max_pool(_unit(scope, _unit(scope, x, 64, 1), 192, 3), 3, 2, "SAME")
    for module in MODULES:
        x = max_pool(x, module, 2, "SAME") if isinstance(module, int) else _module(scope, x, *module)
    return dense(scope, dropout(scope, jnp.mean(x, (1, 2)), 0.2), 1000)


def build(batch: int) -> JaxTwin:
    return classifier(network, pictures(batch, 224, 224, 3), 1000, momentum(0.01))

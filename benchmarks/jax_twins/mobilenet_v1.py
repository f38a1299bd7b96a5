"""The twin of `benchmarks.works.mobilenet_v1`."""

from __future__ import annotations

from typing import Any

import jax
from jax import numpy as jnp

from benchmarks.jax_twins.layers import convolution, dense, depthwise, normalized
from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin, classifier, momentum
from benchmarks.works.mobilenet_v1 import BLOCKS
from benchmarks.works.program import pictures


def _activated(scope: Scope, x: Any) -> Any:
    return jax.nn.relu6(normalized(scope, x, 0.9997, 1e-3))


def network(scope: Scope, x: Any) -> Any:
    x = _activated(scope, convolution(scope, x, 32, 3, 2, bias=False))
    for filters, stride in BLOCKS:
        x = _activated(scope, depthwise(scope, x, 3, stride))
        x = _activated(scope, convolution(scope, x, filters, 1, bias=False))
    return dense(scope, jnp.mean(x, (1, 2)), 1000)


def build(batch: int) -> JaxTwin:
    return classifier(network, pictures(batch, 224, 224, 3), 1000, momentum(0.01))

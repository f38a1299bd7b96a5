"""The twin of `benchmarks.works.fcn`."""

from __future__ import annotations

from typing import Any

import jax
from jax import numpy as jnp

from benchmarks.jax_twins.layers import convolution, cross_entropy, max_pool, transposed
from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin, Phase, adam
from benchmarks.works.fcn import CLASSES, SIZE
from benchmarks.works.program import one_hot, pictures


def network(scope: Scope, x: Any) -> Any:
    """NHWC pictures to logits [batch, SIZE, SIZE, CLASSES]."""
    stages = []
    for filters in (32, 64, 128, 256, 256):
        x = max_pool(jax.nn.relu(convolution(scope, x, filters, 3)), 2, 2)
        stages.append(x)
    scores = convolution(scope, x, CLASSES, 1)
    for stage in (stages[3], stages[2]):
        scores = transposed(scope, scores, CLASSES, 4, 2) + convolution(scope, stage, CLASSES, 1)
    return transposed(scope, scores, CLASSES, 16, 8)


def build(batch: int) -> JaxTwin:
    labels = one_hot(batch * SIZE * SIZE, CLASSES).reshape(batch, SIZE, SIZE, CLASSES)

    def loss(scope: Scope, images: Any, labels: Any) -> Any:
        return cross_entropy(labels, network(scope, images))

    def forward(scope: Scope, images: Any, labels: Any) -> Any:
        return jnp.argmax(network(scope, images), -1)

    return JaxTwin([pictures(batch, SIZE, SIZE, 3), labels], forward, [Phase(loss, adam(1e-4))])

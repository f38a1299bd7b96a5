"""The twin of `benchmarks.works.chain`."""

from __future__ import annotations

from typing import Any

from jax import numpy as jnp

from benchmarks.jax_twins.scope import Scope
from benchmarks.jax_twins.twin import JaxTwin
from benchmarks.works.chain import OPERATIONS
from benchmarks.works.program import pictures


def build(batch: int) -> JaxTwin:
    def forward(scope: Scope, value: Any) -> Any:
        for _ in range(OPERATIONS // 2):
            value = jnp.tanh(value * 1.01)
        return value

    return JaxTwin([pictures(64)], forward, [])

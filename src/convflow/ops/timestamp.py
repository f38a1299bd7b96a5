"""The time of a run (API: tf.timestamp)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def timestamp(name: str | None = None) -> Tensor:
    """Seconds since 1970, a float64 scalar, as the run comes to this node (API: tf.timestamp)."""
    return apply_op("Timestamp", name=name)


def _timestamp_kernel(op: Operation, store: Any) -> Callable[[], torch.Tensor]:
    return lambda: torch.tensor(time.time(), dtype=torch.float64)


register_op(
    "Timestamp",
    outputs="ts: double",
    shape=rules.scalar_output,
    kernel=_timestamp_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)

"""The twin of `benchmarks.works.chain`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchmarks.twins.twin import Twin
from benchmarks.works.chain import OPERATIONS
from benchmarks.works.program import pictures


def build(batch: int) -> Twin:
    def forward(value: Tensor) -> Tensor:
        for _ in range(OPERATIONS // 2):
            value = torch.tanh(value * 1.01)
        return value

    return Twin(nn.Module(), [pictures(64)], forward, [])

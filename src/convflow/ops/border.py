"""Zeros around the spatial axes of a value, where a kernel cannot pad by itself."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from convflow.ops.window import Pair


def with_border(x: torch.Tensor, paddings: Mapping[int, Pair]) -> torch.Tensor:
    """`x` with (before, after) zeros along some axes, its axes in memory in the same order.

    PyTorch pads fast along the memory, but not across it. Zeroing the border alone would be less work, yet takes
    longer: it jumps through memory that is in no cache.
    """
    if not any(map(any, paddings.values())):
        return x
    order = sorted(range(x.dim()), key=lambda axis: (-x.stride()[axis], axis))
    # PyTorch lists the last axis first.
    around = [size for axis in reversed(order) for size in paddings.get(axis, (0, 0))]
    return torch.constant_pad_nd(x.permute(order), around).permute(_inverse(order))


def _inverse(order: list[int]) -> list[int]:
    return [order.index(axis) for axis in range(len(order))]

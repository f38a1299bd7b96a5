"""Zeros around the spatial axes of a value, where a kernel cannot pad by itself."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from convflow.ops.window import Pair


def with_border(x: torch.Tensor, paddings: Mapping[int, Pair]) -> torch.Tensor:
    """`x` with (before, after) zeros along some axes, its axes in memory in the same order.

    PyTorch's own padding writes zeros everywhere first, and slowly where channels come last in memory.
    """
    if not any(map(any, paddings.values())):
        return x
    sizes = [size + sum(paddings.get(axis, (0, 0))) for axis, size in enumerate(x.shape)]
    order = sorted(range(x.dim()), key=lambda axis: (-x.stride()[axis], axis))
    result = x.new_empty([sizes[axis] for axis in order]).permute(_inverse(order))
    inner = result
    for axis, (before, after) in paddings.items():
        inner.narrow(axis, 0, before).zero_()
        inner.narrow(axis, sizes[axis] - after, after).zero_()
        inner = inner.narrow(axis, before, x.shape[axis])
    inner.copy_(x)
    return result


def _inverse(order: list[int]) -> list[int]:
    return [order.index(axis) for axis in range(len(order))]

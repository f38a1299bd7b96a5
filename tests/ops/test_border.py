"""Zeros around a value, wherever its axes are in memory."""

from __future__ import annotations

import pytest
import torch

from convflow.ops.border import with_border


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 3, 1, 2), (3, 2, 1, 0)])
@pytest.mark.parametrize("paddings", [{1: (0, 1), 2: (0, 1)}, {1: (2, 3), 2: (1, 0)}, {2: (0, 2)}, {1: (0, 0)}])
def test_equal_to_the_library(order: tuple[int, ...], paddings: dict[int, tuple[int, int]]):
    x = torch.rand(2, 3, 4, 5).permute(order)
    flat = [size for axis in (3, 2, 1) for size in paddings.get(axis, (0, 0))]
    found = with_border(x, paddings)
    assert torch.equal(found, torch.constant_pad_nd(x, flat))
    assert sorted(range(4), key=lambda a: -found.stride()[a]) == sorted(range(4), key=lambda a: -x.stride()[a])

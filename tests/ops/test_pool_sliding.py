"""Max pooling from slices gives what windows give."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from convflow.ops.pool_sliding import slides_well, sliding_max_pool
from convflow.ops.window import Window

CASES = [(1, 1, 1, 1), (2, 2, 1, 1), (3, 3, 1, 1), (5, 2, 1, 1), (2, 2, 2, 2), (3, 2, 3, 2), (3, 3, 3, 3), (9, 9, 1, 1)]


def window(height: int, width: int, down: int, right: int, padding: str, data_format: str = "NHWC") -> Window:
    return Window((height, width), (down, right), (1, 1), padding, ((0, 0), (0, 0)), data_format)


def largest(x: np.ndarray, moves: Window) -> np.ndarray:
    """Window after window."""
    rows, columns = moves.output_sizes(x.shape)
    (top, _), (left, _) = moves.paddings(x.shape)
    y = np.empty((x.shape[0], rows, columns, x.shape[3]), x.dtype)
    for i, j in itertools.product(range(rows), range(columns)):
        row, column = i * moves.strides[0] - top, j * moves.strides[1] - left
        part = x[:, max(row, 0) : row + moves.ksize[0], max(column, 0) : column + moves.ksize[1]]
        y[:, i, j] = part.max((1, 2))
    return y


@pytest.mark.parametrize("sizes", CASES)
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("shape", [(2, 9, 10, 3), (1, 11, 9, 1)])
def test_the_largest_of_each_window(sizes: tuple[int, int, int, int], padding: str, shape: tuple[int, ...]):
    x = np.random.RandomState(1).normal(size=shape).astype(np.float32)
    moves = window(*sizes, padding)
    assert slides_well(moves, torch.from_numpy(x))
    np.testing.assert_array_equal(sliding_max_pool(moves, torch.from_numpy(x)).numpy(), largest(x, moves))


def test_the_input_stays_and_the_result_is_new():
    x = torch.arange(16.0).reshape(1, 4, 4, 1)
    y = sliding_max_pool(window(1, 1, 1, 1, "SAME"), x)
    y.zero_()
    assert x.sum() == 120.0


def test_nan_wins():
    x = torch.zeros(1, 4, 4, 1)
    x[0, 0, 0, 0] = torch.nan
    y = sliding_max_pool(window(2, 2, 2, 2, "VALID"), x)
    assert torch.isnan(y[0, 0, 0, 0])
    assert not torch.isnan(y[0, 1, 1, 0])


def test_what_is_better_walked():
    x = torch.zeros(1, 4, 4, 1)
    assert not slides_well(window(3, 3, 2, 2, "SAME"), x)
    assert not slides_well(window(2, 2, 2, 2, "SAME", "NCHW"), x)
    assert not slides_well(window(2, 2, 2, 2, "SAME"), x.to(torch.int32))

"""NumPy's convolutions against numpy.convolve and scipy.signal.convolve2d, and against printed results.

The printed ones: H.-P. Ma, "Classifying Images with Deep Convolutional Neural Networks" (National Tsing Hua
University).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st

from convflow.tools.filters.reference import conv1d, conv2d

MODES = ("full", "same", "valid")
SIZES = st.integers(1, 7)


def test_printed_conv1d() -> None:
    x, w = [1, 3, 2, 4, 5, 6, 1, 3], [1, 0, 3, 1, 2]
    assert conv1d(x, w, padding=2).tolist() == [5, 14, 16, 26, 24, 34, 19, 22]
    assert conv1d(x, w).tolist() == [5, 14, 16, 26, 24, 34, 19, 22]
    # The lecture's own code makes 2 elements for a stride of 2; its formula, and this, 4.
    assert conv1d(x, w, padding=2, stride=2).tolist() == [5, 16, 24, 19]


def test_printed_conv2d() -> None:
    x = [[1, 3, 2, 4], [5, 6, 1, 3], [1, 2, 0, 2], [3, 4, 3, 2]]
    w = [[1, 0, 3], [1, 2, 1], [0, 1, 1]]
    printed = [[11, 25, 32, 13], [19, 25, 24, 13], [13, 28, 25, 17], [11, 17, 14, 9]]
    assert conv2d(x, w, padding=(1, 1), stride=(1, 1)).tolist() == printed
    assert conv2d(x, w, "same").tolist() == printed
    assert conv2d(x, w, "same", stride=2).tolist() == [[11, 32], [13, 25]]


@given(SIZES, SIZES, st.sampled_from(MODES), st.integers(0, 9))
def test_conv1d_is_numpys(n: int, m: int, mode: Any, seed: int) -> None:
    # NumPy exchanges the two if the kernel is longer.
    n, m = max(n, m), min(n, m)
    random = np.random.default_rng(seed)
    x, w = random.normal(size=n), random.normal(size=m)
    np.testing.assert_allclose(conv1d(x, w, mode), np.convolve(x, w, mode), atol=1e-12)


@given(SIZES, SIZES, SIZES, SIZES, st.sampled_from(MODES), st.integers(0, 9))
def test_conv2d_is_scipys(height: int, width: int, rows: int, columns: int, mode: Any, seed: int) -> None:
    if mode == "valid":
        height, rows, width, columns = max(height, rows), min(height, rows), max(width, columns), min(width, columns)
    random = np.random.default_rng(seed)
    x, w = random.normal(size=(height, width)), random.normal(size=(rows, columns))
    np.testing.assert_allclose(conv2d(x, w, mode), scipy.signal.convolve2d(x, w, mode), atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1]], [1]), r"x has the shape \(1, 1\)\. Expected 1 axes and at least one element\."),
        (([1], []), r"w has the shape \(0,\)\."),
        (([1, 2], [1], "some"), r"padding is 'some'\. Expected 'full', 'same', 'valid' or the number of zeros"),
        (([1, 2], [1, 2, 3], "valid"), "A kernel that spans 3 does not fit into 2 elements"),
        (([1, 2], [1], "same", 0), r"stride is 0\."),
    ],
)
def test_refusals(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        conv1d(*arguments)

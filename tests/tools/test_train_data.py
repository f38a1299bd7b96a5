from __future__ import annotations

import numpy as np
import pytest

from convflow.tools import train_data
from convflow.tools.train_data import Examples, Source


def _source(count: int, num_validation: int) -> Source:
    images = np.arange(count, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 3), np.uint8)
    labels = np.arange(count, dtype=np.uint8)
    return Source(lambda: ((images, labels), (images[:2], labels[:2])), num_validation, tuple(map(str, labels)))


def test_the_last_training_examples_validate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(train_data.SOURCES, "tiny", _source(10, num_validation=3))
    data = train_data.load("tiny")
    assert data.train.labels.tolist() == list(range(7))
    assert data.validation.labels.tolist() == [7, 8, 9]
    assert data.test.labels.tolist() == [0, 1]
    assert data.validation.images[:, 0, 0, 0].tolist() == [7, 8, 9]
    assert data.image_shape == (2, 3, 1)
    assert data.train.labels.dtype == np.int32


def test_mnist5k_is_split() -> None:
    data = train_data.load("mnist5k")
    assert (len(data.train), len(data.validation), len(data.test)) == (3600, 400, 1000)
    assert data.image_shape == (28, 28, 1)


@pytest.mark.parametrize("order", [None, np.array([4, 2, 0, 1, 3])])
def test_batches_hand_out_each_example_once(order: np.ndarray | None) -> None:
    examples = Examples(np.zeros((5, 1, 1, 1), np.uint8), np.arange(5, dtype=np.int32))
    batches = [batch.labels.tolist() for batch in examples.batches(2, order)]
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [label for batch in batches for label in batch] == (list(range(5)) if order is None else order.tolist())


def test_iris_is_a_table_of_four_channels() -> None:
    data = train_data.load("iris")
    assert (len(data.train), len(data.validation), len(data.test)) == (90, 15, 45)
    assert data.image_shape == (1, 1, 4)
    assert data.train.images.dtype == np.float32
    assert not data.has_pictures
    assert set(data.test.labels.tolist()) == {0, 1, 2}


def test_labels_in_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    split = np.zeros((4, 2, 2, 3), np.uint8), np.arange(4, dtype=np.uint8)[:, None]
    monkeypatch.setitem(train_data.SOURCES, "column", Source(lambda: (split, split), 1, tuple("abcd")))
    data = train_data.load("column")
    assert data.test.labels.tolist() == [0, 1, 2, 3]
    assert data.has_pictures

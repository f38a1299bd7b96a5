from __future__ import annotations

import numpy as np
import pytest

from convflow.tools.classifier.data import named, sources
from convflow.tools.classifier.data.examples import ArrayExamples
from convflow.tools.classifier.data.named import Source
from convflow.tools.classifier.data.pipeline import batches
from convflow.tools.classifier.settings import make_run


def _source(count: int, num_validation: int) -> Source:
    images = np.arange(count, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 3), np.uint8)
    labels = np.arange(count, dtype=np.uint8)
    return Source(lambda: ((images, labels), (images[:2], labels[:2])), num_validation, tuple(map(str, labels)))


def test_the_last_training_examples_validate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(named.SOURCES, "tiny", _source(10, num_validation=3))
    data = named.load("tiny")
    assert data.train.labels.tolist() == list(range(7))
    assert data.validation.labels.tolist() == [7, 8, 9]
    assert data.test.labels.tolist() == [0, 1]
    assert data.validation.images(np.arange(3))[:, 0, 0, 0].tolist() == [7, 8, 9]
    assert data.image_shape == (2, 3, 1)
    assert data.train.labels.dtype == np.int32


def test_another_fraction_of_the_training_examples_validates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(named.SOURCES, "tiny", _source(10, num_validation=3))
    data = sources.load("tiny", (2, 3, 1), make_run("mnist_cnn", "tiny", validation=0.2).split)
    assert data.train.labels.tolist() == list(range(8))
    assert data.validation.labels.tolist() == [8, 9]
    assert data.test.labels.tolist() == [0, 1]


def test_mnist5k_is_split() -> None:
    data = named.load("mnist5k")
    assert (len(data.train), len(data.validation), len(data.test)) == (3600, 400, 1000)
    assert data.image_shape == (28, 28, 1)


@pytest.mark.parametrize("order", [None, np.array([4, 2, 0, 1, 3])])
def test_batches_hand_out_each_example_once(order: np.ndarray | None) -> None:
    examples = ArrayExamples(np.zeros((5, 1, 1, 1), np.uint8), np.arange(5, dtype=np.int32))
    handed = [batch.labels.tolist() for batch in batches(examples, 2, order)]
    assert [len(batch) for batch in handed] == [2, 2, 1]
    assert [label for batch in handed for label in batch] == (list(range(5)) if order is None else order.tolist())


def test_iris_is_a_table_of_four_channels() -> None:
    data = named.load("iris")
    assert (len(data.train), len(data.validation), len(data.test)) == (90, 15, 45)
    assert data.image_shape == (1, 1, 4)
    assert data.train.dtype == np.float32
    assert not data.has_pictures
    assert set(data.test.labels.tolist()) == {0, 1, 2}


def test_labels_in_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    split = np.zeros((4, 2, 2, 3), np.uint8), np.arange(4, dtype=np.uint8)[:, None]
    monkeypatch.setitem(named.SOURCES, "column", Source(lambda: (split, split), 1, tuple("abcd")))
    data = named.load("column")
    assert data.test.labels.tolist() == [0, 1, 2, 3]
    assert data.has_pictures


def test_exclusive_or_has_four_rows() -> None:
    data = named.load("xor")
    for part in (data.train, data.validation, data.test):
        assert part.images(np.arange(4))[:, 0, 0].sum(axis=1).tolist() == [0, 1, 1, 2]
        assert part.labels.tolist() == [0, 1, 1, 0]
    assert not data.has_pictures


def test_cifar100_has_its_class_names() -> None:
    names = named.get("cifar100").class_names
    assert (len(names), names[0], names[-1]) == (100, "apple", "worm")
    assert list(names) == sorted(set(names))

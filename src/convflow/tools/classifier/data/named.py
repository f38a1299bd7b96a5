"""The data sets that have names, split into training, validation and test examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from convflow.datasets import cifar, mnist, mnist5k, tables
from convflow.models.registry import unknown
from convflow.tools.classifier.data.examples import ArrayExamples, Data

_Split = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Source:
    """Where a data set comes from.

    Args:
        load: gives the training and the test examples: images uint8 [n, height, width] or
            [n, height, width, channels], or float32 [n, features] of a table; labels [n] or [n, 1].
        num_validation: how many of the training examples, the last ones, are kept for validation by default.
        class_names: what the labels 0, 1, 2, ... stand for.
    """

    load: Callable[[], tuple[_Split, _Split]]
    num_validation: int
    class_names: tuple[str, ...]


_DIGITS = tuple("0123456789")
_CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_IRIS_TRAIN = 105
# The book's order of the flowers.
_IRIS_SEED = 0


def _iris() -> tuple[_Split, _Split]:
    """Iris in the book's split: 105 flowers to train and validate, 45 to test."""
    flowers = tables.load_iris()
    order = np.random.RandomState(_IRIS_SEED).permutation(len(flowers.target))
    features, labels = flowers.data[order].astype(np.float32), flowers.target[order]
    return (features[:_IRIS_TRAIN], labels[:_IRIS_TRAIN]), (features[_IRIS_TRAIN:], labels[_IRIS_TRAIN:])


def _xor() -> tuple[_Split, _Split]:
    """Exclusive or: its four rows are learnt, validated and tested."""
    rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    labels = np.array([0, 1, 1, 0])
    return (np.concatenate([rows, rows]), np.concatenate([labels, labels])), (rows, labels)


# The split of MNIST is that of the network's source: 50,000 to train, 10,000 to validate.
SOURCES = {
    "mnist5k": Source(mnist5k.load, num_validation=400, class_names=_DIGITS),
    "mnist": Source(mnist.load, num_validation=10_000, class_names=_DIGITS),
    "fashion_mnist": Source(mnist.load_fashion, num_validation=10_000, class_names=_CLOTHES),
    "cifar10": Source(cifar.load_cifar10, num_validation=5_000, class_names=cifar.CLASSES),
    "cifar100": Source(cifar.load_cifar100, num_validation=5_000, class_names=cifar.CLASSES_100),
    "iris": Source(_iris, num_validation=15, class_names=("setosa", "versicolor", "virginica")),
    "xor": Source(_xor, num_validation=4, class_names=("equal", "different")),
}


def get(name: str) -> Source:
    """The source of the data set called `name`.

    Raises:
        errors.NotFoundError: there is none; the message offers names that look alike.
    """
    if name not in SOURCES:
        raise unknown("data set", name, SOURCES)
    return SOURCES[name]


def load(name: str, validation: float | None = None) -> Data:
    """Loads a data set and splits it.

    Args:
        name: a key of `SOURCES`.
        validation: the fraction of the training examples, the last ones, that is kept for validation; None for the
            set's own number.

    Raises:
        errors.NotFoundError: there is no such data set, or a package it comes with is not installed.
        errors.UnavailableError: its files are not on this machine and cannot be downloaded.
        errors.DataLossError: a file is damaged.
    """
    source = get(name)
    train, test = source.load()
    num_validation = source.num_validation if validation is None else max(int(validation * len(train[1])), 1)
    kept = len(train[1]) - num_validation
    return Data(
        name=name,
        train=_examples(train[0][:kept], train[1][:kept]),
        validation=_examples(train[0][kept:], train[1][kept:]),
        test=_examples(*test),
        class_names=source.class_names,
    )


def _examples(images: np.ndarray, labels: np.ndarray) -> ArrayExamples:
    if images.ndim == 3:
        images = images[..., np.newaxis]
    elif images.ndim == 2:
        images = images[:, np.newaxis, np.newaxis, :]
    return ArrayExamples(images, labels)

"""The data sets that can be trained on, by name, split into training, validation and test examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from convflow.datasets import cifar, mnist, mnist5k, tables
from convflow.models.registry import unknown

_Split = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Source:
    """Where a data set comes from.

    Args:
        load: gives the training and the test examples: images uint8 [n, height, width] or
            [n, height, width, channels], or float32 [n, features] of a table; labels [n] or [n, 1].
        num_validation: how many of the training examples, the last ones, are kept for validation.
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


# The split of MNIST is that of the network's source: 50,000 to train, 10,000 to validate.
SOURCES = {
    "mnist5k": Source(mnist5k.load, num_validation=400, class_names=_DIGITS),
    "mnist": Source(mnist.load, num_validation=10_000, class_names=_DIGITS),
    "fashion_mnist": Source(mnist.load_fashion, num_validation=10_000, class_names=_CLOTHES),
    "cifar10": Source(cifar.load_cifar10, num_validation=5_000, class_names=cifar.CLASSES),
    "cifar100": Source(cifar.load_cifar100, num_validation=5_000, class_names=tuple(map(str, range(100)))),
    "iris": Source(_iris, num_validation=15, class_names=("setosa", "versicolor", "virginica")),
}


@dataclass(frozen=True)
class Examples:
    """Images uint8 [n, height, width, channels] and their labels int32 [n].

    A table's rows are pictures of 1x1 with a channel per feature, float32.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> Examples:
        """The first `count` examples, or all if there are fewer."""
        return Examples(self.images[:count], self.labels[:count])

    def batches(self, size: int, order: np.ndarray | None = None) -> Iterator[Examples]:
        """The examples in batches of `size`, the last one smaller if they do not divide.

        Args:
            size: how many to a batch.
            order: the examples' numbers in the order to take them; as they stand by default.
        """
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            chosen = part if order is None else order[part]
            yield Examples(self.images[chosen], self.labels[chosen])


@dataclass(frozen=True)
class Data:
    """A data set, ready to train on."""

    train: Examples
    validation: Examples
    test: Examples
    class_names: tuple[str, ...]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    @property
    def has_pictures(self) -> bool:
        """Whether the examples can be looked at; a table's rows cannot."""
        return self.train.images.dtype == np.uint8


def get(name: str) -> Source:
    """The source of the data set called `name`.

    Raises:
        errors.NotFoundError: there is none; the message offers names that look alike.
    """
    if name not in SOURCES:
        raise unknown("data set", name, SOURCES)
    return SOURCES[name]


def load(name: str) -> Data:
    """Loads a data set and splits it.

    Raises:
        errors.NotFoundError: there is no such data set, or a package it comes with is not installed.
        errors.UnavailableError: its files are not on this machine and cannot be downloaded.
        errors.DataLossError: a file is damaged.
    """
    source = get(name)
    train, test = source.load()
    kept = len(train[1]) - source.num_validation
    return Data(
        train=_examples(train[0][:kept], train[1][:kept]),
        validation=_examples(train[0][kept:], train[1][kept:]),
        test=_examples(*test),
        class_names=source.class_names,
    )


def _examples(images: np.ndarray, labels: np.ndarray) -> Examples:
    if images.ndim == 3:
        images = images[..., np.newaxis]
    elif images.ndim == 2:
        images = images[:, np.newaxis, np.newaxis, :]
    return Examples(images, labels.reshape(-1).astype(np.int32))

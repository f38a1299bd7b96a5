"""Examples of a classification task, and a data set of them split in three."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

# A mean over this many pictures is exact enough to centre the rest; whole named sets stay within a few of these.
_SAMPLE = 50_000
# Of pictures that have to be decoded first; and how many of them at a time.
_DECODED_SAMPLE, _AT_A_TIME = 1_000, 100


class Batch(NamedTuple):
    """Pictures uint8 [n, height, width, channels] (a table's rows: float32 [n, 1, 1, features]), labels int32 [n]."""

    images: np.ndarray
    labels: np.ndarray


class Examples(Protocol):
    """Numbered examples whose labels are known and whose pictures are made when they are asked for.

    Attributes:
        labels: int32 [n].
        image_shape: height, width, channels of every picture.
        dtype: uint8 for pictures, float32 for a table's rows.
    """

    @property
    def labels(self) -> np.ndarray: ...

    @property
    def image_shape(self) -> tuple[int, int, int]: ...

    @property
    def dtype(self) -> np.dtype: ...

    def __len__(self) -> int: ...

    def images(self, numbers: np.ndarray) -> np.ndarray:
        """The pictures of these examples [len(numbers), height, width, channels].

        Raises:
            errors.DataLossError: a picture cannot be read; the message names its file.
        """

    def name(self, number: int) -> str:
        """What a person calls the example: its file, or its number."""


class ArrayExamples:
    """Examples that are in memory.

    Args:
        images: uint8 [n, height, width, channels], or float32 [n, 1, 1, features].
        labels: [n].
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        self._images = images
        self.labels = labels.reshape(-1).astype(np.int32)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        height, width, channels = self._images.shape[1:]
        return height, width, channels

    @property
    def dtype(self) -> np.dtype:
        return self._images.dtype

    def images(self, numbers: np.ndarray) -> np.ndarray:
        return self._images[numbers]

    def name(self, number: int) -> str:
        return f"number {number}"


class Subset:
    """Some of the examples, read as those are: nothing is held in memory for it.

    Args:
        examples: what to take from.
        numbers: which, in this order.
    """

    def __init__(self, examples: Examples, numbers: np.ndarray) -> None:
        self._examples = examples
        self._numbers = numbers
        self.labels = examples.labels[numbers]

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return self._examples.image_shape

    @property
    def dtype(self) -> np.dtype:
        return self._examples.dtype

    def images(self, numbers: np.ndarray) -> np.ndarray:
        return self._examples.images(self._numbers[numbers])

    def name(self, number: int) -> str:
        return self._examples.name(int(self._numbers[number]))


@dataclass(frozen=True)
class Data:
    """A data set, ready to train on.

    Args:
        name: how it was asked for.
        train: what is learnt from.
        validation: what decides between checkpoints, rates and stopping; never learnt from.
        test: what the result is measured on; decides nothing.
        class_names: what the labels 0, 1, 2, ... stand for.
        notes: what a person should know of how the set was read, such as pictures left out.
    """

    name: str
    train: Examples
    validation: Examples
    test: Examples
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return self.train.image_shape

    @property
    def has_pictures(self) -> bool:
        """Whether the examples can be looked at; a table's rows cannot."""
        return self.train.dtype == np.uint8

    @functools.cached_property
    def statistics(self) -> tuple[np.ndarray, np.float32]:
        """The training pictures' mean, float32 [height, width, channels], and standard deviation over all pixels.

        Of pictures in files, a thousand that are spread evenly over all of them stand for the others.
        """
        if not isinstance(self.train, ArrayExamples):
            return _decoded_statistics(self.train)
        images = self.train.images(np.arange(min(len(self.train), _SAMPLE)))
        # float64: the sum of a whole data set's pixels is beyond float32's precision.
        mean = images.mean(axis=0, dtype=np.float64).astype(np.float32)
        return mean, np.float32(images.std(dtype=np.float64))


def _decoded_statistics(examples: Examples) -> tuple[np.ndarray, np.float32]:
    """`Data.statistics` of pictures uint8 that are not in memory, a few of which are at a time."""
    count = min(len(examples), _DECODED_SAMPLE)
    chosen = np.linspace(0, len(examples) - 1, count).astype(np.int64)
    total = np.zeros(examples.image_shape, np.float64)
    squares = 0.0
    for start in range(0, count, _AT_A_TIME):
        images = examples.images(chosen[start : start + _AT_A_TIME])
        total += images.sum(axis=0, dtype=np.float64)
        squares += float(np.square(images, dtype=np.float64).sum())
    mean = total / count
    variance = squares / (count * total.size) - mean.mean() ** 2
    return mean.astype(np.float32), np.float32(np.sqrt(variance))

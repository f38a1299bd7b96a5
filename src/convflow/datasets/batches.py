"""`DataSet`: arrays of examples handed out in shuffled batches (API: tensorflow.examples.tutorials.mnist).

The random numbers are NumPy's global ones, drawn and seeded at the same moments as in TensorFlow 1.15, so a
seeded program sees the same batches.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from convflow.core import dtypes
from convflow.graph.seeds import get_seed

_FAKE_EXAMPLES = 10000
_PIXELS = 784
_CLASSES = 10


class DataSet:
    """Images with their labels, handed out in batches.

    Constructing one seeds NumPy's global generator, with fresh entropy when neither `seed` nor the graph's
    seed is set: TensorFlow does, and programs' later random numbers depend on it.

    Args:
        images: uint8 [N, rows, columns, depth]; with `reshape`, depth must be 1.
        labels: [N] or one-hot [N, classes].
        fake_data: hand out constant batches and ignore `images` and `labels`.
        one_hot: the form of fake labels.
        dtype: uint8 keeps the pixels in [0, 255]; float32 rescales them to [0, 1].
        reshape: make the images [N, rows * columns].
        seed: the seed for shuffling, or None.

    Raises:
        TypeError: `dtype` is neither uint8 nor float32.
        ValueError: there are not as many labels as images, or `reshape` meets a depth other than 1.
    """

    def __init__(
        self,
        images: Any,
        labels: Any,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = dtypes.float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        graph_seed, op_seed = get_seed(seed)
        np.random.seed(graph_seed if seed is None else op_seed)
        dtype = dtypes.as_dtype(dtype).base_dtype
        if dtype not in (dtypes.uint8, dtypes.float32):
            raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32.")
        self.one_hot = one_hot
        self._fake_data = fake_data
        if fake_data:
            self._num_examples = _FAKE_EXAMPLES
        else:
            labels = np.asarray(labels)
            images = _prepared(np.asarray(images), labels, dtype, reshape)
            self._num_examples = len(images)
        self._images = images
        self._labels = labels
        self._epochs_completed = 0
        self._index_in_epoch = 0

    @property
    def images(self) -> Any:
        return self._images

    @property
    def labels(self) -> Any:
        return self._labels

    @property
    def num_examples(self) -> int:
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> tuple[Any, Any]:
        """The next `batch_size` examples as `(images, labels)`.

        The examples are shuffled before the first epoch and at the end of each. A batch that reaches over
        the end takes the rest of the epoch and fills up from the next one.

        Args:
            batch_size: how many; at most `num_examples`.
            fake_data: return constant pixels and labels.
            shuffle: whether a shuffle that falls due now is done.
        """
        if fake_data or self._fake_data:
            label = [1] + [0] * (_CLASSES - 1) if self.one_hot else 0
            return [[1] * _PIXELS for _ in range(batch_size)], [label for _ in range(batch_size)]
        start = self._index_in_epoch
        if self._epochs_completed == 0 and start == 0 and shuffle:
            self._shuffle()
        end = start + batch_size
        if end <= self._num_examples:
            self._index_in_epoch = end
            return self._images[start:end], self._labels[start:end]
        return self._batch_over_the_end(start, end - self._num_examples, shuffle)

    def _batch_over_the_end(self, start: int, missing: int, shuffle: bool) -> tuple[Any, Any]:
        images_rest, labels_rest = self._images[start:], self._labels[start:]
        self._epochs_completed += 1
        if shuffle:
            self._shuffle()
        self._index_in_epoch = missing
        images = np.concatenate((images_rest, self._images[:missing]), axis=0)
        return images, np.concatenate((labels_rest, self._labels[:missing]), axis=0)

    def _shuffle(self) -> None:
        order = np.arange(self._num_examples)
        np.random.shuffle(order)
        self._images = self._images[order]
        self._labels = self._labels[order]


class Datasets(NamedTuple):
    """The three parts of a data set, in TensorFlow's order."""

    train: DataSet
    validation: DataSet
    test: DataSet


def _prepared(images: np.ndarray, labels: np.ndarray, dtype: dtypes.DType, reshape: bool) -> np.ndarray:
    if images.shape[:1] != labels.shape[:1]:
        raise ValueError(
            f"images.shape: {images.shape} labels.shape: {labels.shape}. "
            "As many labels as images were expected; pass arrays of the same length."
        )
    if reshape:
        if images.ndim != 4 or images.shape[3] != 1:
            raise ValueError(
                f"images.shape: {images.shape}, expected [N, rows, columns, 1] to make rows of pixels. "
                "Pass reshape=False to keep the images as they are."
            )
        images = images.reshape(len(images), images.shape[1] * images.shape[2])
    if dtype == dtypes.float32:
        # TensorFlow's order: convert, then multiply in float32. A division rounds some pixels differently.
        images = np.multiply(images.astype(np.float32), np.float32(1.0 / 255.0))
    return images

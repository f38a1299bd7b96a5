"""MNIST for TF 1's tutorials (API: tensorflow.examples.tutorials.mnist.input_data)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from convflow.core import dtypes, errors
from convflow.datasets import compressed, idx, mnist
from convflow.datasets.batches import DataSet, Datasets
from convflow.datasets.fetch import ChecksumError, download, fetch

DEFAULT_SOURCE_URL = mnist.MNIST.homes[0]

# Addresses that programs pass for MNIST itself; the last two no longer serve it.
_MNIST_HOMES = (
    *mnist.MNIST.homes,
    "http://yann.lecun.com/exdb/mnist/",
    "https://yann.lecun.com/exdb/mnist/",
)


def read_data_sets(
    train_dir: str,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = dtypes.float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = DEFAULT_SOURCE_URL,
) -> Datasets:
    """MNIST in three parts; the validation part is the first `validation_size` training images.

    The files are looked for in `train_dir` (taken as they are, so Fashion-MNIST's may lie there), in
    `$CONVFLOW_DATA`, in the user's cache, else they are downloaded into the cache. With a `source_url` of
    another data set they are looked for in `train_dir` alone, and downloaded into it.

    Args:
        train_dir: the folder to look in first.
        fake_data: no files at all; constant batches.
        one_hot: labels float64 [N, 10] instead of uint8 [N].
        dtype: float32 for pixels in [0, 1], uint8 for [0, 255].
        reshape: images [N, 784]; False keeps [N, 28, 28, 1].
        validation_size: images to take from the training part.
        seed: seed for shuffling; see `DataSet`.
        source_url: an address that ends with a slash.

    Raises:
        ValueError: `validation_size` is negative or more than there are training images.
        errors.DataLossError: a file is damaged.
        errors.UnavailableError: a file is not on this machine and cannot be downloaded.
    """
    if fake_data:
        parts = [DataSet([], [], fake_data=True, one_hot=one_hot, dtype=dtype, seed=seed) for _ in range(3)]
        return Datasets(*parts)
    url = source_url or DEFAULT_SOURCE_URL
    images, labels = _read(mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS, train_dir, url, one_hot)
    test_images, test_labels = _read(mnist.TEST_IMAGES, mnist.TEST_LABELS, train_dir, url, one_hot)
    if not 0 <= validation_size <= len(images):
        raise ValueError(f"Validation size should be between 0 and {len(images)}. Received: {validation_size}.")
    options: dict[str, Any] = {"dtype": dtype, "reshape": reshape, "seed": seed}
    return Datasets(
        train=DataSet(images[validation_size:], labels[validation_size:], **options),
        validation=DataSet(images[:validation_size], labels[:validation_size], **options),
        test=DataSet(test_images, test_labels, **options),
    )


def load_mnist(train_dir: str = "MNIST-data") -> Datasets:
    """`read_data_sets` by another name (API: tf.contrib.learn.datasets.mnist.load_mnist).

    Args:
        train_dir: the folder to look in first.

    Returns:
        The three parts, with images float32 [N, 784] in [0, 1] and labels uint8 [N].
    """
    return read_data_sets(train_dir)


def maybe_download(filename: str, work_directory: str, source_url: str) -> str:
    """The path of a file, downloaded first if need be (API: input_data.maybe_download).

    Args:
        filename: the file's name.
        work_directory: the folder to look in. MNIST's files are also looked for, and kept, where
            `read_data_sets` does; any other file is downloaded into this folder.
        source_url: the file's whole address.

    Raises:
        errors.DataLossError: what was served is damaged.
        errors.UnavailableError: the file is not on this machine and cannot be downloaded.
    """
    target = Path(work_directory) / filename
    if target.is_file():
        return str(target)
    if source_url in [home + filename for home in _MNIST_HOMES] and _is_mnist(filename):
        return str(fetch(mnist.MNIST, filename).path)
    try:
        download(source_url, target)
    except ChecksumError as reason:
        raise errors.DataLossError(
            None, None, f"{source_url} {reason}. Try again, or put the file at {target} yourself."
        ) from reason
    except OSError as reason:
        raise errors.UnavailableError(
            None,
            None,
            f"{target} does not exist, and {source_url} cannot be downloaded: {reason}. "
            f"What to do: put the file at {target}.",
        ) from reason
    print("Successfully downloaded", filename, target.stat().st_size, "bytes.")
    return str(target)


def extract_images(f: BinaryIO) -> np.ndarray:
    """The images of an open IDX file, compressed or not (API: input_data.extract_images).

    Args:
        f: a file opened in binary mode, with a `name`.

    Returns:
        uint8 [N, rows, columns, 1].

    Raises:
        errors.DataLossError: the file is damaged or holds no images.
    """
    return _images(compressed.unpack(f.read(), f.name), f.name)


def extract_labels(f: BinaryIO, one_hot: bool = False, num_classes: int = 10) -> np.ndarray:
    """The labels of an open IDX file, compressed or not (API: input_data.extract_labels).

    Args:
        f: a file opened in binary mode, with a `name`.
        one_hot: rows with a single one instead of class numbers.
        num_classes: the length of these rows.

    Returns:
        uint8 [N], or with `one_hot` float64 [N, num_classes].

    Raises:
        errors.DataLossError: the file is damaged or holds no labels.
    """
    return _labels(compressed.unpack(f.read(), f.name), f.name, one_hot, num_classes)


def dense_to_one_hot(labels_dense: np.ndarray, num_classes: int) -> np.ndarray:
    """Class numbers [N] as rows with a single one: float64 [N, num_classes].

    Args:
        labels_dense: whole numbers [N], or of a shape that is taken as a vector.
        num_classes: how many classes there are.

    Raises:
        ValueError: a class number is not below `num_classes`.
    """
    labels = np.asarray(labels_dense).ravel()
    if labels.size and not 0 <= int(labels.min()) <= int(labels.max()) < num_classes:
        raise ValueError(
            f"Labels range from {labels.min()} to {labels.max()}, expected 0 to {num_classes - 1}. "
            "Pass the number of classes as num_classes."
        )
    one_hot = np.zeros((len(labels), num_classes))
    one_hot[np.arange(len(labels)), labels] = 1
    return one_hot


def _is_mnist(filename: str) -> bool:
    return any(file.name == filename for file in mnist.MNIST.files)


def _read(
    images_name: str, labels_name: str, train_dir: str, source_url: str, one_hot: bool
) -> tuple[np.ndarray, np.ndarray]:
    images = _images(*_content(images_name, train_dir, source_url))
    return images, _labels(*_content(labels_name, train_dir, source_url), one_hot, 10)


def _content(name: str, train_dir: str, source_url: str) -> tuple[bytes, str]:
    if source_url in _MNIST_HOMES:
        found = fetch(mnist.MNIST, name, train_dir)
        return found.content, str(found.path)
    path = maybe_download(name, train_dir, source_url + name)
    return compressed.read(path)[1], path


def _images(content: bytes, name: str) -> np.ndarray:
    print("Extracting", name)
    return idx.parse(content, name, idx.IMAGES_MAGIC)[..., np.newaxis]


def _labels(content: bytes, name: str, one_hot: bool, num_classes: int) -> np.ndarray:
    print("Extracting", name)
    labels = idx.parse(content, name, idx.LABELS_MAGIC)
    return dense_to_one_hot(labels, num_classes) if one_hot else labels

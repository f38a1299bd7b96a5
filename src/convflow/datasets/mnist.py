"""MNIST and Fashion-MNIST: 60,000 training and 10,000 test images of 28x28 grey pixels in 10 classes.

The MD5s of MNIST are those of the uncompressed files, so a copy that was compressed anew is accepted. For
Fashion-MNIST the MD5s of the published .gz files are known.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from convflow.core import errors
from convflow.datasets import idx
from convflow.datasets.fetch import fetch
from convflow.datasets.record import DataFile, NamedSet

TRAIN_IMAGES = "train-images-idx3-ubyte.gz"
TRAIN_LABELS = "train-labels-idx1-ubyte.gz"
TEST_IMAGES = "t10k-images-idx3-ubyte.gz"
TEST_LABELS = "t10k-labels-idx1-ubyte.gz"

Split = tuple[np.ndarray, np.ndarray]

MNIST = NamedSet(
    name="mnist",
    homes=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    files=(
        DataFile(TRAIN_IMAGES, content_md5="6bbc9ace898e44ae57da46a324031adb"),
        DataFile(TRAIN_LABELS, content_md5="a25bea736e30d166cdddb491f175f624"),
        DataFile(TEST_IMAGES, content_md5="2646ac647ad5339dbf082846283269ea"),
        DataFile(TEST_LABELS, content_md5="27ae3e4e09519cfbb04c329615203637"),
    ),
)

FASHION_MNIST = NamedSet(
    name="fashion_mnist",
    homes=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    files=(
        DataFile(TRAIN_IMAGES, archive_md5="8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        DataFile(TRAIN_LABELS, archive_md5="25c81989df183df01b3e8a0aad5dffbe"),
        DataFile(TEST_IMAGES, archive_md5="bef4ecab320f06d8554ea6380940ec79"),
        DataFile(TEST_LABELS, archive_md5="bb300cfdad3c16e7a12a480ee83cd310"),
    ),
)


def load(folder: str | Path | None = None) -> tuple[Split, Split]:
    """The whole of MNIST.

    Args:
        folder: where to look first; see `convflow.datasets.fetch.fetch`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 of shape [60000, 28, 28] and [10000, 28, 28],
        0 background and 255 ink; labels uint8 of shape [60000] and [10000], 0 to 9.

    Raises:
        errors.DataLossError: a file is damaged.
        errors.UnavailableError: a file is not on this machine and cannot be downloaded.
    """
    return load_set(MNIST, folder)


def load_fashion(folder: str | Path | None = None) -> tuple[Split, Split]:
    """The whole of Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), in the form that `load` returns."""
    return load_set(FASHION_MNIST, folder)


def load_set(named_set: NamedSet, folder: str | Path | None = None) -> tuple[Split, Split]:
    """Both splits of a data set that has MNIST's files, in the form that `load` returns."""
    train = _split(named_set, TRAIN_IMAGES, TRAIN_LABELS, folder)
    return train, _split(named_set, TEST_IMAGES, TEST_LABELS, folder)


def _split(named_set: NamedSet, images_name: str, labels_name: str, folder: str | Path | None) -> Split:
    images_file = fetch(named_set, images_name, folder)
    labels_file = fetch(named_set, labels_name, folder)
    images = idx.parse(images_file.content, str(images_file.path), idx.IMAGES_MAGIC)
    labels = idx.parse(labels_file.content, str(labels_file.path), idx.LABELS_MAGIC)
    if len(images) != len(labels):
        raise errors.DataLossError(
            None,
            None,
            f"{images_file.path} has {len(images)} images and {labels_file.path} {len(labels)} labels. "
            "As many labels as images were expected. Put two files of the same data set there.",
        )
    return images, labels

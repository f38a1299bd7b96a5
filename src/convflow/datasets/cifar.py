"""CIFAR-10 and CIFAR-100 (Krizhevsky 2009): 50,000 training and 10,000 test images of 32x32 RGB pixels.

Where the published archive is not at hand, CIFAR-10 may also be read from `cifar10-jpeg.tar.gz`, the same images
recompressed as JPEG. They are not the published set, so reading them is said aloud.
"""

from __future__ import annotations

import io
import pickle
import sys
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

from convflow.core import errors
from convflow.datasets import locate
from convflow.datasets.fetch import fetch
from convflow.datasets.record import DataFile, NamedSet

Split = tuple[np.ndarray, np.ndarray]

_HOMES = ("https://www.cs.toronto.edu/~kriz/",)
CIFAR10 = NamedSet(
    "cifar10", _HOMES, (DataFile("cifar-10-python.tar.gz", archive_md5="c58f30108f718f92721af3b95e74349a"),)
)
CIFAR100 = NamedSet(
    "cifar100", _HOMES, (DataFile("cifar-100-python.tar.gz", archive_md5="eb9058c3a382ffc7106e4002c42a8d85"),)
)
CIFAR10_JPEG = NamedSet("cifar10", (), (DataFile("cifar10-jpeg.tar.gz"),))

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# The fine labels, in their order, which is the alphabet's.
_FINE_LABELS = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
    castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
    elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard
    lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear
    pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark
    shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone
    television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
"""
CLASSES_100 = tuple(_FINE_LABELS.split())
_LABEL_KEYS = {"fine": b"fine_labels", "coarse": b"coarse_labels"}
# The JPEG files have lost the published order; this one is agreed on so that runs compare.
_JPEG_ORDER_SEED = 0


def load_cifar10() -> tuple[Split, Split]:
    """CIFAR-10 as arrays (API: tf.keras.datasets.cifar10.load_data).

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 of shape [50000, 32, 32, 3] and [10000, 32, 32, 3];
        labels uint8 of shape [50000, 1] and [10000, 1], 0 to 9.

    Raises:
        errors.DataLossError: an archive is damaged.
        errors.UnavailableError: the set is not on this machine and cannot be downloaded.
    """
    published = locate.find(CIFAR10, CIFAR10.files[0]).found
    if published is None:
        recompressed = locate.find(CIFAR10_JPEG, CIFAR10_JPEG.files[0]).found
        if recompressed is not None:
            return _read_jpeg(recompressed)
        published = fetch(CIFAR10, CIFAR10.files[0].name)
    train = [f"cifar-10-batches-py/data_batch_{number}" for number in range(1, 6)]
    return _read(published, train, b"labels"), _read(published, ["cifar-10-batches-py/test_batch"], b"labels")


def load_cifar100(label_mode: str = "fine") -> tuple[Split, Split]:
    """CIFAR-100 as arrays (API: tf.keras.datasets.cifar100.load_data).

    Args:
        label_mode: "fine" for the 100 classes, "coarse" for the 20 superclasses.

    Returns:
        As `load_cifar10`, with labels up to 99 (or 19).

    Raises:
        ValueError: another `label_mode`.
        errors.DataLossError, errors.UnavailableError: as `load_cifar10`.
    """
    if label_mode not in _LABEL_KEYS:
        raise ValueError(f'`label_mode` must be one of "fine", "coarse", got {label_mode!r}.')
    found = fetch(CIFAR100, CIFAR100.files[0].name)
    key = _LABEL_KEYS[label_mode]
    return _read(found, ["cifar-100-python/train"], key), _read(found, ["cifar-100-python/test"], key)


def _read(archive: locate.Found, members: list[str], label_key: bytes) -> Split:
    images, labels = [], []
    with _opened(archive) as tar:
        for name in members:
            # A pickle may run code: only archives whose checksum is the published one come this far.
            batch = pickle.loads(_member(tar, name, archive.path), encoding="bytes")
            images.append(batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
            labels.append(np.asarray(batch[label_key], np.uint8))
    return np.ascontiguousarray(np.concatenate(images)), np.concatenate(labels)[:, None]


def _read_jpeg(archive: locate.Found) -> tuple[Split, Split]:
    sys.stderr.write(
        f"cifar10: reading {archive.path}, the images recompressed as JPEG: accuracies are near those on the "
        f"published CIFAR-10, not equal to them. {CIFAR10.files[0].name} beside it would be used instead.\n"
    )
    with _opened(archive) as tar:
        pictures = {info.name: _member(tar, info, archive.path) for info in tar}
    train, test = _jpeg_split(pictures, "train", archive.path), _jpeg_split(pictures, "test", archive.path)
    order = np.random.RandomState(_JPEG_ORDER_SEED).permutation(len(train[0]))
    return (train[0][order], train[1][order]), test


def _jpeg_split(pictures: dict[str, bytes], split: str, path: Path) -> Split:
    names = [name for name in pictures if name.startswith(f"{split}/")]
    try:
        images = [np.asarray(Image.open(io.BytesIO(pictures[name])).convert("RGB")) for name in names]
        labels = [CLASSES.index(name.split("/")[1]) for name in names]
        return np.stack(images), np.array(labels, np.uint8)[:, None]
    except (OSError, ValueError, IndexError) as reason:
        raise _damaged(path, str(reason)) from reason


def _opened(archive: locate.Found) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=io.BytesIO(archive.content))
    except tarfile.TarError as reason:
        raise _damaged(archive.path, str(reason)) from reason


def _member(tar: tarfile.TarFile, member: str | tarfile.TarInfo, path: Path) -> bytes:
    try:
        file = tar.extractfile(member)
    except (KeyError, tarfile.TarError) as reason:
        raise _damaged(path, str(reason)) from reason
    if file is None:
        raise _damaged(path, f"{member} is no file")
    return file.read()


def _damaged(path: Path, reason: str) -> errors.OpError:
    return errors.DataLossError(
        None,
        None,
        f"{path} cannot be read: {reason}. An archive of {CIFAR10.name} or {CIFAR100.name} as published was expected. "
        "Delete it and run again to fetch it anew, or put a complete copy in its place.",
    )

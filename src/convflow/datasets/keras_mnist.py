"""MNIST as Keras offers it (API: tf.keras.datasets.mnist, tf.keras.datasets.fashion_mnist)."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from convflow.core import errors
from convflow.datasets import mnist

_ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def load_data(path: str = "mnist.npz") -> tuple[mnist.Split, mnist.Split]:
    """MNIST as arrays (API: tf.keras.datasets.mnist.load_data).

    Args:
        path: an .npz file with the arrays x_train, y_train, x_test and y_test: absolute, or relative to
            `~/.keras/datasets` as in Keras. When it is not there, MNIST's own files are found or downloaded.

    Returns:
        `(x_train, y_train), (x_test, y_test)` as `convflow.datasets.mnist.load` gives them.

    Raises:
        errors.DataLossError: the file is damaged or lacks an array.
        errors.UnavailableError: MNIST is not on this machine and cannot be downloaded.
    """
    saved = Path.home() / ".keras" / "datasets" / path
    return _read_npz(saved) if saved.is_file() else mnist.load()


def load_fashion_data() -> tuple[mnist.Split, mnist.Split]:
    """Fashion-MNIST as arrays (API: tf.keras.datasets.fashion_mnist.load_data)."""
    return mnist.load_fashion()


def _read_npz(path: Path) -> tuple[mnist.Split, mnist.Split]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            x_train, y_train, x_test, y_test = (arrays[name] for name in _ARRAYS)
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError) as reason:
        raise errors.DataLossError(
            None,
            None,
            f"{path} cannot be read: {reason}. Expected an .npz file with the arrays {', '.join(_ARRAYS)}. "
            "Delete it, and MNIST's own files are used or downloaded.",
        ) from reason
    return (x_train, y_train), (x_test, y_test)

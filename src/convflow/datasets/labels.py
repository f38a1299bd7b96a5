"""What programs do to arrays before they feed them (API: tf.keras.utils)."""

from __future__ import annotations

from typing import Any

import numpy as np


def to_categorical(y: Any, num_classes: int | None = None, dtype: Any = "float32") -> np.ndarray:
    """Class numbers as one-hot rows (API: tf.keras.utils.to_categorical).

    Args:
        y: whole numbers from 0 to `num_classes` - 1, of shape [...] or [..., 1].
        num_classes: the length of a row; None for the largest number plus one.
        dtype: the type of the result.

    Returns:
        An array of shape [..., num_classes].

    Raises:
        IndexError: a class number outside the range.
    """
    labels = np.asarray(y, dtype=int)
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    flat = labels.ravel()
    classes = int(num_classes or (flat.max() + 1 if flat.size else 0))
    wrong = flat[(flat < -classes) | (flat >= classes)]
    if wrong.size:
        raise IndexError(
            f"y holds the class {wrong[0]}, expected 0 to {classes - 1} for num_classes={classes}. "
            "Number the classes from 0, or pass a larger num_classes."
        )
    rows = np.zeros((flat.size, classes), dtype=dtype)
    rows[np.arange(flat.size), flat] = 1
    return rows.reshape(*shape, classes)


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray:
    """`x` over its norm of the given order along `axis`; zeros stay zeros (API: tf.keras.utils.normalize).

    Args:
        x: an array of numbers.
        axis: along which the norms are taken, the last by default.
        order: of the norm, 2 for the Euclidean one.

    Returns:
        Floating, of the shape of `x`, with at least one axis.
    """
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)

"""The names of ImageNet's classes (API: tf.keras.applications.imagenet_utils)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from convflow.datasets.keras_file import get_file

_CLASSES = 1000
_FILE = "imagenet_class_index.json"
# Where Keras has it from, and its MD5.
_ORIGIN = f"https://storage.googleapis.com/download.tensorflow.org/data/{_FILE}"
_MD5 = "c2c37ea517e94d9795004a39431a14cb"


def decode_predictions(preds: Any, top: int = 5) -> list[list[tuple[str, str, float]]]:
    """The likeliest classes by name (API: tf.keras.applications.imagenet_utils.decode_predictions).

    The names come from `imagenet_class_index.json` in `~/.keras/models`, which is downloaded if it is not there.

    Args:
        preds: probabilities, [examples, 1000].
        top: how many classes of each.

    Returns:
        For each example triples of WordNet's number, name and probability, the likeliest first.

    Raises:
        ValueError: another shape.
    """
    preds = np.asarray(preds)
    if preds.ndim != 2 or preds.shape[1] != _CLASSES:
        raise ValueError(
            "`decode_predictions` expects a batch of predictions (i.e. a 2D array of shape (samples, 1000)). Found "
            f"array with shape: {preds.shape}"
        )
    names = json.loads(Path(get_file(_FILE, _ORIGIN, cache_subdir="models", file_hash=_MD5)).read_text())
    best = np.argsort(preds, axis=1)[:, ::-1][:, :top]
    return [[(*names[str(i)], row[i]) for i in chosen] for row, chosen in zip(preds, best, strict=True)]

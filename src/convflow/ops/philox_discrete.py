"""Words to permutations and to classes, as TensorFlow maps them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convflow.ops.philox_words import Float64s


def permutation(words: NDArray[np.uint32], count: int) -> NDArray[np.int64]:
    """The Fisher-Yates shuffle of 0, ..., count - 1; needs count - 1 words.

    Position i changes places with one of those from i on, word i deciding which.
    """
    offsets = words[: count - 1] % np.arange(count, 1, -1, dtype=np.uint32)
    order = list(range(count))
    for i, offset in enumerate(offsets.tolist()):
        j = i + offset
        order[i], order[j] = order[j], order[i]
    return np.array(order, np.int64)


def classes(logits: NDArray[np.floating[Any]], uniform: Float64s) -> NDArray[np.int64]:
    """The class at which the cumulative probability passes each uniform number.

    Args:
        logits: shape (batch, classes), not normalised; one that is not finite has probability 0.
        uniform: numbers in [0, 1), shape (batch, samples).

    Returns:
        int64, shape (batch, samples).
    """
    finite = np.isfinite(logits)
    highest = np.max(logits, axis=1, keepdims=True, where=finite, initial=np.finfo(logits.dtype).min)
    shifted = np.where(finite, logits, -np.inf).astype(np.float64) - highest
    cumulative = np.cumsum(np.exp(shifted), axis=1)
    rows = zip(cumulative, uniform, strict=True)
    return np.stack([row.searchsorted(points * row[-1], side="right") for row, points in rows])

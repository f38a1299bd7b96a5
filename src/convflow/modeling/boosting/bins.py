"""Features in ranges: where splits may be."""

from __future__ import annotations

import numpy as np


def boundaries_of(x: np.ndarray, number: int) -> list[np.ndarray]:
    """Candidate thresholds of each feature: its values, or its quantiles if there are more than `number`.

    Args:
        x: shape [n, features].

    Returns:
        For each feature rising float32 numbers; none for a feature of one value.
    """
    ordered = np.sort(x, axis=0)
    places = np.linspace(0, len(x) - 1, number + 1).astype(np.int64)
    found = []
    for column in ordered.T:
        values = np.unique(column)
        if len(values) > number:
            values = np.unique(np.append(column[places], values[-1]))
        # Nothing is above the largest: it splits nothing.
        found.append(values[:-1])
    return found


def binned(x: np.ndarray, boundaries: list[np.ndarray]) -> np.ndarray:
    """The range of each value: int16 of shape [features, n]; range b ends with boundary b, which is in it."""
    result = np.zeros((x.shape[1], len(x)), np.int16)
    for feature, limits in enumerate(boundaries):
        if len(limits):
            result[feature] = np.searchsorted(limits, x[:, feature], side="left")
    return result

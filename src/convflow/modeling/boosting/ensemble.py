"""Trees as an array: how examples go down, and what they add up (API: tf.contrib.boosted_trees).

A row is a node: [feature, threshold, left child, gain, is a root, value 0, value 1, ...]. The right child follows the
left one; a leaf has 0 for the left child. Examples whose feature is not above the threshold go left. A leaf's values
are what the tree adds to the logits: the learning rate is in them.
"""

from __future__ import annotations

import numpy as np

FEATURE, THRESHOLD, LEFT, GAIN, ROOT, VALUES = 0, 1, 2, 3, 4, 5


def no_trees(dimension: int) -> np.ndarray:
    """An ensemble without trees, for this many logits: float32 of shape [0, 5 + dimension]."""
    return np.zeros((0, VALUES + dimension), np.float32)


def roots_of(nodes: np.ndarray) -> np.ndarray:
    """The trees' first nodes: int64 of shape [trees]."""
    return np.flatnonzero(nodes[:, ROOT])


def leaves_of(nodes: np.ndarray, x: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """The leaf of each example in some trees: x of shape [n, features] to int64 of shape [n, trees]."""
    at = np.tile(roots, (len(x), 1))
    left, feature = nodes[:, LEFT].astype(np.int64), nodes[:, FEATURE].astype(np.int64)
    rows, trees = np.nonzero(left[at]) if len(roots) else (np.zeros(0, np.int64),) * 2
    while rows.size:
        node = at[rows, trees]
        node = left[node] + (x[rows, feature[node]] > nodes[node, THRESHOLD])
        at[rows, trees] = node
        inner = left[node] > 0
        rows, trees = rows[inner], trees[inner]
    return at


def sums_of(nodes: np.ndarray, x: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """What some trees add up to: float32 of shape [n, logits]."""
    return nodes[:, VALUES:][leaves_of(nodes, x, roots)].sum(axis=1, dtype=np.float32)


def gains_of(nodes: np.ndarray, features: int) -> np.ndarray:
    """How much each feature's splits gained: float64 of shape [features]."""
    inner = nodes[nodes[:, LEFT] > 0]
    return np.bincount(inner[:, FEATURE].astype(np.int64), weights=inner[:, GAIN], minlength=features)

"""One tree as an array: how examples go down, and what is in its leaves.

A row is a node: [feature, threshold, left child, count of class 0, count of class 1, ...]. The right child follows the
left one. A leaf has 0 for the left child; row 0 is the root. Rows behind the last node are zeros.
"""

from __future__ import annotations

import numpy as np

FEATURE, THRESHOLD, LEFT, COUNTS = 0, 1, 2, 3


def empty_tree(max_nodes: int, num_classes: int) -> np.ndarray:
    """A tree that is a root: float32 of shape [max_nodes, 3 + num_classes]."""
    return np.zeros((max_nodes, COUNTS + num_classes), np.float32)


def size_of_tree(tree: np.ndarray) -> int:
    """How many nodes it has."""
    # Children are numbered as they come: the last pair ends the tree.
    last = int(tree[:, LEFT].max())
    return last + 2 if last else 1


def leaves_of(tree: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The number of the leaf that each example comes to: x of shape [n, features] to int64 of shape [n]."""
    nodes = np.zeros(len(x), np.int64)
    left = tree[:, LEFT].astype(np.int64)
    features = tree[:, FEATURE].astype(np.int64)
    going = np.flatnonzero(left[nodes])
    while going.size:
        at = nodes[going]
        right = x[going, features[at]] > tree[at, THRESHOLD]
        nodes[going] = left[at] + right
        going = going[left[nodes[going]] > 0]
    return nodes


def probabilities_of(tree: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The classes' parts of the counts in each example's leaf: float32 of shape [n, classes]; equal ones before any
    example was learned."""
    counts = tree[leaves_of(tree, x), COUNTS:]
    sums = counts.sum(1, keepdims=True)
    return np.where(sums > 0, counts / np.maximum(sums, 1e-30), np.float32(1 / counts.shape[1])).astype(np.float32)


def split_leaf(
    tree: np.ndarray, leaf: int, feature: int, threshold: float, left: np.ndarray, right: np.ndarray
) -> tuple[int, int]:
    """Gives a leaf two children with these counts, in place: features up to the threshold go left."""
    first = size_of_tree(tree)
    tree[leaf, [FEATURE, THRESHOLD, LEFT]] = feature, threshold, first
    tree[first, COUNTS:], tree[first + 1, COUNTS:] = left, right
    return first, first + 1

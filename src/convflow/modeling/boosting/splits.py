"""The best split of each leaf, by second-order gain (Chen and Guestrin 2016, arXiv:1603.02754, section 2.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class Penalties:
    """What leaves cost. The sums they are compared with are of the mean loss over the examples.

    l1: of a leaf's absolute values. l2: of their squares. complexity: of each leaf more. min_weight: the smallest sum
    of second derivatives that a leaf may have.
    """

    l1: float
    l2: float
    complexity: float
    min_weight: float

    def values(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """The best values of leaves with these sums of derivatives, arrays of shape [leaves, d]."""
        bounded = second + self.l2
        return np.divide(-self._shrunk(first), bounded, out=np.zeros_like(first), where=bounded > 0)

    def scores(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Twice how much these values lower the loss: shape [leaves]."""
        bounded = second + self.l2
        squares = self._shrunk(first) ** 2
        return np.divide(squares, bounded, out=np.zeros_like(first), where=bounded > 0).sum(axis=1)

    def _shrunk(self, first: np.ndarray) -> np.ndarray:
        return np.sign(first) * np.maximum(np.abs(first) - self.l1, 0) if self.l1 else first


@dataclass
class Splits:
    """For each leaf: the gain (minus infinity if it cannot be split), and feature and range of the best split; the
    sums of derivatives, first and second side by side, of the left part and of the whole: shape [leaves, 2 d]."""

    gain: np.ndarray
    feature: np.ndarray
    range: np.ndarray
    left: np.ndarray
    total: np.ndarray


def best_splits(
    ranges: np.ndarray, leaf: np.ndarray, leaves: int, slopes: np.ndarray, features: np.ndarray, penalties: Penalties
) -> Splits:
    """The best split of each leaf.

    Args:
        ranges: whole numbers of shape [features, n].
        leaf: the number of each example's leaf, shape [n].
        leaves: how many leaves there are.
        slopes: first and second derivatives side by side: shape [n, 2 d].
        features: the numbers of those that may be split.
    """
    # Sorted by leaf once: the stable sort by range and leaf is then one of few digits.
    order = np.argsort(leaf, kind="stable")
    ranges, leaf, slopes = ranges[:, order], leaf[order], slopes[order]
    total = np.zeros((leaves, slopes.shape[1]))
    np.add.at(total, leaf, slopes)
    half = slopes.shape[1] // 2
    before = penalties.scores(total[:, :half], total[:, half:])
    counts = np.bincount(leaf, minlength=leaves)
    found = Splits(
        np.full(leaves, -np.inf), np.zeros(leaves, np.int64), np.zeros(leaves, np.int64), np.zeros_like(total), total
    )
    for feature in features:
        column = ranges[feature]
        # Images and counts are mostly zeros: what is in the first range is what is left of the leaf without the others.
        above = np.flatnonzero(column)
        if len(above):
            _compare(found, int(feature), column[above], leaf[above], slopes[above], before, counts, penalties)
    found.gain -= penalties.complexity
    return found


def _compare(
    found: Splits, feature: int, column: np.ndarray, leaf: np.ndarray, slopes: np.ndarray, before: np.ndarray,
    counts: np.ndarray, penalties: Penalties,
) -> None:  # fmt: skip
    """Take this feature's splits where they are better than those found.

    Args:
        column, leaf, slopes: of the examples above the first range, ordered by leaf.
        before: the scores of the leaves as they are.
        counts: how many examples each leaf has, those in the first range too.
    """
    keys = leaf * (int(column.max()) + 1) + column
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    # A group is what a leaf has in a range; a split is between it and what is below it.
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    leaf_of, range_of = leaf[order[starts]], column[order[starts]]
    firsts = np.flatnonzero(np.append(True, leaf_of[1:] != leaf_of[:-1]))
    groups = np.diff(np.append(firsts, len(leaf_of)))
    running = np.zeros((len(starts) + 1, slopes.shape[1]))
    np.cumsum(np.add.reduceat(slopes[order], starts, axis=0), axis=0, out=running[1:])
    # In the first range; rounding aside, nothing if all of the leaf's examples are above it.
    lowest = found.total[leaf_of[firsts]] - (running[firsts + groups] - running[firsts])
    left = running[:-1] + np.repeat(lowest - running[firsts], groups, axis=0)
    right = found.total[leaf_of] - left
    half = slopes.shape[1] // 2
    gain = penalties.scores(left[:, :half], left[:, half:]) + penalties.scores(right[:, :half], right[:, half:])
    gain -= before[leaf_of]
    if penalties.min_weight:
        weights = np.minimum(left[:, half:].sum(axis=1), right[:, half:].sum(axis=1))
        gain[weights < penalties.min_weight] = -np.inf
    # What is left of nothing is no split.
    examples = np.diff(np.append(starts[firsts], len(keys)))
    gain[firsts[examples == counts[leaf_of[firsts]]]] = -np.inf
    best = np.maximum.reduceat(gain, firsts)
    better = best > found.gain[leaf_of[firsts]]
    if not better.any():
        return
    # The first place with the largest gain of each leaf.
    at = np.flatnonzero(gain == np.repeat(best, groups))
    at = at[np.unique(leaf_of[at], return_index=True)[1]][better]
    chosen = leaf_of[at]
    below = np.append(0, range_of[:-1])
    below[firsts] = 0
    found.gain[chosen], found.feature[chosen], found.range[chosen] = gain[at], feature, below[at]
    found.left[chosen] = left[at]

"""How a tree grows from batches: every leaf compares candidate splits, and takes the best after some examples.

The candidates are drawn as in extremely randomised trees (Geurts et al., 2006): a random feature, and the value that a
random example of the leaf has for it. They are compared on the examples that come after, as in online random forests
(Saffari et al., 2009), here when a leaf has seen a fixed number of them, by the Gini impurity of the two sides with one
more example of each class in each (Laplace's smoothing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convflow.modeling.forest import tree as trees


@dataclass
class GrowthSettings:
    """What `Growth` needs of the forest's parameters; see `ForestHParams`."""

    num_classes: int
    candidates: int
    split_after_samples: int
    valid_leaf_threshold: int
    bagging_fraction: float
    features: np.ndarray


@dataclass
class _Leaf:
    """A leaf's candidates, and the examples of each class that went left at each: counts [classes, candidates]."""

    features: np.ndarray
    thresholds: np.ndarray
    left: np.ndarray
    total: np.ndarray


class Growth:
    """The statistics of one tree's leaves.

    Args:
        settings: the parameters.
        seed: of the draws; None for another one each time.
    """

    def __init__(self, settings: GrowthSettings, seed: int | None) -> None:
        self._settings = settings
        self._random = np.random.default_rng(seed)
        self._leaves: dict[int, _Leaf] = {}

    def grown(self, tree: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The tree after a batch: counts added, and those leaves split that have seen enough.

        Args:
            tree: see `trees`.
            x: float32 of shape [n, features].
            y: classes, integers of shape [n].
        """
        tree = tree.copy()
        if self._settings.bagging_fraction < 1:
            kept = self._random.random(len(x)) < self._settings.bagging_fraction
            x, y = x[kept], y[kept]
        places = trees.leaves_of(tree, x)
        np.add.at(tree, (places, trees.COUNTS + y), 1)
        full = trees.size_of_tree(tree) + 2 > len(tree)
        if full:
            self._leaves.clear()
            return tree
        order = np.argsort(places, kind="stable")
        numbers, starts = np.unique(places[order], return_index=True)
        for leaf, rows in zip(numbers.tolist(), np.split(order, starts[1:]), strict=True):
            self._watch(leaf, x[rows], y[rows])
            if trees.size_of_tree(tree) + 2 <= len(tree):
                self._split(tree, leaf)
        return tree

    def _watch(self, leaf: int, x: np.ndarray, y: np.ndarray) -> None:
        """Counts examples of a leaf against its candidates, which the first ones give it."""
        settings = self._settings
        state = self._leaves.get(leaf)
        if state is None:
            features = self._random.choice(settings.features, settings.candidates)
            examples = self._random.integers(len(x), size=settings.candidates)
            shape = (settings.num_classes, settings.candidates)
            state = _Leaf(
                features, x[examples, features], np.zeros(shape, np.float32), np.zeros(settings.num_classes, np.float32)
            )
            self._leaves[leaf] = state
        goes_left = (x[:, state.features] <= state.thresholds).astype(np.float32)
        of_class = (y == np.arange(settings.num_classes)[:, None]).astype(np.float32)
        state.left += of_class @ goes_left
        state.total += of_class.sum(1)

    def _split(self, tree: np.ndarray, leaf: int) -> None:
        """Splits the leaf if it has seen enough examples, of more than one class, and a candidate parts them."""
        state = self._leaves[leaf]
        if state.total.sum() < self._settings.split_after_samples or np.count_nonzero(state.total) < 2:
            return
        right = state.total[:, None] - state.left
        fewest = np.minimum(state.left.sum(0), right.sum(0))
        scores = np.where(
            fewest >= self._settings.valid_leaf_threshold, _impurity(state.left) + _impurity(right), np.inf
        )
        best = int(scores.argmin())
        # A leaf whose candidates part nothing gets others.
        del self._leaves[leaf]
        if np.isfinite(scores[best]):
            trees.split_leaf(
                tree, leaf, int(state.features[best]), float(state.thresholds[best]), state.left[:, best],
                right[:, best],
            )  # fmt: skip


def _impurity(counts: np.ndarray) -> np.ndarray:
    """The Gini impurity times the number of examples: counts [classes, candidates] to [candidates]."""
    smoothed = counts + 1
    sums = smoothed.sum(0)
    return counts.sum(0) * (1 - np.square(smoothed).sum(0) / np.square(sums))

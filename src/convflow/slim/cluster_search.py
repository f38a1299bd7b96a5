"""Which rows are the centres of clusters, searched for on arrays (Song and others 2017, arXiv:1612.01213).

The distances are a (rows, rows) array. Scores of clusterings are scikit-learn's.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

try:
    _scores: Any = importlib.import_module("sklearn.metrics")
    HAS_SKLEARN = True
except ImportError:
    _scores = None
    HAS_SKLEARN = False

_SCORE_FUNCTIONS = {
    "nmi": "normalized_mutual_info_score",
    "ami": "adjusted_mutual_info_score",
    "ari": "adjusted_rand_score",
    "vmeasure": "v_measure_score",
}
MARGIN_TYPES = (*_SCORE_FUNCTIONS, "const")


def scorer(margin_type: str) -> Callable[[np.ndarray, np.ndarray], np.float32]:
    """How alike two clusterings are, 1 for the same.

    Raises:
        ImportError: scikit-learn is not installed.
        ValueError: another margin type.
    """
    if margin_type not in MARGIN_TYPES:
        raise ValueError(f"margin_type {margin_type!r} is not known: it must be one of {', '.join(MARGIN_TYPES)}.")
    if not HAS_SKLEARN:
        raise ImportError("Cluster loss depends on sklearn: install scikit-learn.")
    if margin_type == "const":
        return lambda labels, predictions: np.float32(np.array_equal(labels, predictions))
    score = getattr(_scores, _SCORE_FUNCTIONS[margin_type])
    return lambda labels, predictions: np.float32(score(labels, predictions))


def assignment(distances: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The place, among the centres, of each row's nearest one: int64, shape (rows,)."""
    places = np.argmin(distances[centres], axis=0)
    # Of rows in one point only one is the nearest by its number: a centre is its own.
    places[centres] = np.arange(len(centres))
    return places.astype(np.int64)


class Search:
    """Looks for centres that are near to all rows and cluster them unlike their labels.

    Args:
        distances: shape (rows, rows).
        labels: classes, shape (rows,).
        multiplier: weight of the unlikeness.
        margin_type: which score says how like clusterings are.
    """

    def __init__(self, distances: np.ndarray, labels: np.ndarray, multiplier: float, margin_type: str) -> None:
        self._distances = distances
        self._labels = labels
        self._multiplier = np.float32(multiplier)
        self._score = scorer(margin_type)

    def _unlikeness(self, centres: Any) -> np.float32:
        clusters = assignment(self._distances, np.asarray(centres))
        return np.float32(1.0) - self._score(self._labels, clusters)

    def greedy(self, all_ids: np.ndarray) -> np.ndarray:
        """As many centres as there are classes, each the best beside those before: int32."""
        chosen: list[int] = []
        for _ in np.unique(self._labels):
            candidates = [row for row in all_ids.tolist() if row not in chosen]
            scores = [
                np.float32(-self._distances[[*chosen, row]].min(axis=0).sum())
                + self._multiplier * self._unlikeness([*chosen, row])
                for row in candidates
            ]
            chosen.append(candidates[int(np.argmax(scores))])
        return np.array(chosen, dtype=np.int32)

    def better_medoid(self, chosen: np.ndarray, members: np.ndarray, cluster: int) -> np.ndarray:
        """The centres, that of one cluster exchanged for the best of its members."""
        near = -self._distances[np.ix_(members, members)].sum(axis=0)
        trials = []
        for member in members:
            trial = chosen.copy()
            trial[cluster] = member
            trials.append(trial)
        scores = [part + self._multiplier * self._unlikeness(trial) for part, trial in zip(near, trials, strict=True)]
        return trials[int(np.argmax(scores))] if trials else chosen

    def better_medoids(self, chosen: np.ndarray, clusters: np.ndarray) -> np.ndarray:
        """`better_medoid` of one cluster after the other."""
        for cluster in range(len(np.unique(self._labels))):
            chosen = self.better_medoid(chosen, np.flatnonzero(clusters == cluster), cluster)
        return chosen

    def refined(self, chosen: np.ndarray, rounds: int) -> np.ndarray:
        """Partitioning around medoids: rows go to their centres, then centres move, `rounds` times."""
        for _ in range(rounds):
            chosen = self.better_medoids(chosen, assignment(self._distances, chosen))
        return chosen

"""How an ensemble grows from batches, a layer of a tree at a time (Friedman 2001; Chen and Guestrin 2016,
arXiv:1603.02754; the layers of Ponomareva et al. 2017, arXiv:1710.11555)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from convflow.modeling.boosting import bins, ensemble
from convflow.modeling.boosting.ensemble import FEATURE, GAIN, LEFT, ROOT, THRESHOLD, VALUES
from convflow.modeling.boosting.slopes import Slopes
from convflow.modeling.boosting.splits import Penalties, Splits, best_splits

# The places in the state, whole numbers: trees that are done; whether one is growing, the first node of its last layer
# and its depth; layers that were grown; whether the bias is found.
TREES, GROWING, LAYER, DEPTH, LAYERS, CENTERED = range(6)
# The bias is found when its last change is smaller.
_SMALL = 0.01


@dataclass
class GrowthSettings:
    """How to grow.

    Args:
        slopes: the derivatives of the loss by the logits.
        penalties: what leaves cost.
        learning_rate: each layer's values are multiplied by it.
        max_depth: layers of a tree.
        enough: from the numbers of examples and batches seen for a layer, and its depth, whether it is grown.
        quantiles: thresholds that are tried for a feature.
        layer_by_layer: slopes are those at the layers grown so far; otherwise those before the tree.
        prune_afterwards: splits that lose are made, and undone at the tree's end if nothing under them gains.
        tree_per_class: a tree adds to one logit, in turn; otherwise to all.
        feature_fraction: the part of the features that is tried, drawn anew for each tree or layer.
        fraction_per_layer: for each layer.
        center_bias: find the bias before the first tree.
        seed: of the draws.
    """

    slopes: Callable[[np.ndarray, np.ndarray, np.ndarray], Slopes]
    penalties: Penalties
    learning_rate: float
    max_depth: int
    enough: Callable[[int, int, int], bool]
    quantiles: int = 100
    layer_by_layer: bool = True
    prune_afterwards: bool = False
    tree_per_class: bool = False
    feature_fraction: float = 1.0
    fraction_per_layer: bool = False
    center_bias: bool = False
    seed: int = 0


@dataclass
class Ensemble:
    """What is learned: nodes (see `ensemble`), float32 bias of shape [d], int64 state of shape [6]."""

    nodes: np.ndarray
    bias: np.ndarray
    state: np.ndarray


@dataclass
class Growth:
    """What is seen of the batches of a layer."""

    settings: GrowthSettings
    _x: list[np.ndarray] = field(default_factory=list)
    _slopes: list[np.ndarray] = field(default_factory=list)
    _boundaries: list[np.ndarray] | None = None

    def learn(self, grown: Ensemble, x: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Ensemble:
        """The ensemble after a batch: another one once enough examples were seen.

        Args:
            x: float32 of shape [n, features].
            labels, weights: shape [n, 1], or [n, d].
        """
        roots = ensemble.roots_of(grown.nodes)
        if grown.state[GROWING] and not self.settings.layer_by_layer:
            roots = roots[:-1]
        logits = grown.bias + ensemble.sums_of(grown.nodes, x, roots)
        self._x.append(x)
        self._slopes.append(np.concatenate(self.settings.slopes(logits, labels, weights), axis=1))
        depth = int(grown.state[DEPTH]) if grown.state[GROWING] else 0
        if not self.settings.enough(sum(map(len, self._x)), len(self._x), depth):
            return grown
        x, slopes = np.concatenate(self._x), np.concatenate(self._slopes)
        self._x, self._slopes = [], []
        slopes /= len(x)
        grown = Ensemble(grown.nodes.copy(), grown.bias.copy(), grown.state.copy())
        if self.settings.center_bias and not grown.state[CENTERED] and not len(grown.nodes):
            _move_bias(grown, slopes)
        else:
            self._grow(grown, x, slopes)
        return grown

    def _grow(self, grown: Ensemble, x: np.ndarray, slopes: np.ndarray) -> None:
        state = grown.state
        if not state[GROWING]:
            root = np.zeros((1, grown.nodes.shape[1]), np.float32)
            root[0, ROOT] = 1
            state[[GROWING, LAYER, DEPTH]] = 1, len(grown.nodes), 0
            grown.nodes = np.concatenate([grown.nodes, root])
            self._boundaries = None
        if self._boundaries is None:
            self._boundaries = bins.boundaries_of(x, self.settings.quantiles)
        splits = self._splits(grown, x, slopes)
        least = -np.inf if self.settings.prune_afterwards else 0.0
        chosen = np.flatnonzero(splits.gain > least)
        if len(chosen):
            self._add_layer(grown, splits, chosen)
        state[LAYERS] += 1
        state[DEPTH] += 1
        if not len(chosen) or state[DEPTH] >= self.settings.max_depth:
            if self.settings.prune_afterwards:
                _prune(grown.nodes, int(ensemble.roots_of(grown.nodes)[-1]))
            state[TREES] += 1
            state[GROWING] = 0

    def _splits(self, grown: Ensemble, x: np.ndarray, slopes: np.ndarray) -> Splits:
        first, boundaries = int(grown.state[LAYER]), self._boundaries or []
        leaf = ensemble.leaves_of(grown.nodes, x, ensemble.roots_of(grown.nodes)[-1:])[:, 0] - first
        inside = np.flatnonzero(leaf >= 0)
        ranges = bins.binned(x[inside], boundaries)
        columns = self._columns(grown)
        return best_splits(
            ranges, leaf[inside], len(grown.nodes) - first, slopes[inside][:, columns],
            self._features(grown, x.shape[1]), self.settings.penalties,
        )  # fmt: skip

    def _columns(self, grown: Ensemble) -> np.ndarray:
        """Which derivatives the tree takes: of all logits, or of one in turn."""
        dimension = len(grown.bias)
        if not self.settings.tree_per_class:
            return np.arange(2 * dimension)
        turn = int(grown.state[TREES]) % dimension
        return np.array([turn, dimension + turn])

    def _features(self, grown: Ensemble, number: int) -> np.ndarray:
        fraction = self.settings.feature_fraction
        if fraction >= 1:
            return np.arange(number)
        turn = grown.state[LAYERS] if self.settings.fraction_per_layer else grown.state[TREES]
        random = np.random.default_rng([self.settings.seed, int(turn)])
        return np.sort(random.choice(number, max(1, round(fraction * number)), replace=False))

    def _add_layer(self, grown: Ensemble, splits: Splits, chosen: np.ndarray) -> None:
        """Give the chosen leaves of the last layer two children each."""
        nodes, parents = grown.nodes, int(grown.state[LAYER]) + chosen
        feature, ranges = splits.feature[chosen], splits.range[chosen]
        boundaries = self._boundaries or []
        first = len(nodes)
        nodes[parents, FEATURE] = feature
        nodes[parents, THRESHOLD] = [boundaries[f][r] for f, r in zip(feature, ranges, strict=True)]
        nodes[parents, LEFT] = first + 2 * np.arange(len(chosen))
        nodes[parents, GAIN] = splits.gain[chosen]
        left, total = splits.left[chosen], splits.total[chosen]
        sums = np.stack([left, total - left], axis=1).reshape(2 * len(chosen), -1)
        half = sums.shape[1] // 2
        children = np.zeros((len(sums), nodes.shape[1]), np.float32)
        if self.settings.layer_by_layer:
            children[:, VALUES:] = np.repeat(nodes[parents, VALUES:], 2, axis=0)
        columns = VALUES + self._columns(grown)[:half]
        values = self.settings.penalties.values(sums[:, :half], sums[:, half:])
        children[:, columns] += self.settings.learning_rate * values
        grown.nodes = np.concatenate([nodes, children])
        grown.state[LAYER] = first


def _move_bias(grown: Ensemble, slopes: np.ndarray) -> None:
    """A step of Newton's method towards the best bias."""
    first, second = np.split(slopes.sum(axis=0), 2)
    change = -first / np.maximum(second, 1e-12)
    grown.bias += change.astype(np.float32)
    grown.state[CENTERED] = int(np.abs(change).max() < _SMALL)


def _prune(nodes: np.ndarray, root: int) -> None:
    """Undo the splits of the tree at `root` that do not gain and have none under them that does, in place."""
    for node in range(len(nodes) - 1, root - 1, -1):
        left = int(nodes[node, LEFT])
        if left and nodes[node, GAIN] <= 0 and not nodes[left, LEFT] and not nodes[left + 1, LEFT]:
            nodes[node, LEFT] = 0

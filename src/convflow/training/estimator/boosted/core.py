"""Boosted trees on feature columns (API: tf.estimator.BoostedTreesClassifier, BoostedTreesRegressor)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from convflow.modeling.boosting import ensemble, slopes
from convflow.modeling.boosting.growth import GrowthSettings
from convflow.modeling.boosting.splits import Penalties
from convflow.modeling.losses.weighted import Reduction
from convflow.training.estimator.boosted.graph import model_function
from convflow.training.estimator.boosted.matrix import matrix_of_columns, widths_of
from convflow.training.estimator.canned.heads.chosen import classifier_head
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.canned.heads.regression import RegressionHead
from convflow.training.estimator.estimator import Estimator

_PRUNING = ("none", "pre", "post")


class _BoostedTrees(Estimator):
    """What classifier and regressor share (API: tf.estimator.BoostedTreesClassifier)."""

    def __init__(
        self, head: Head, slopes_of: Any, feature_columns: Any, n_batches_per_layer: int, model_dir: Any, n_trees: int,
        max_depth: int, learning_rate: float, penalties: Penalties, config: Any, center_bias: bool,
        pruning_mode: str, quantile_sketch_epsilon: float,
    ) -> None:  # fmt: skip
        if pruning_mode not in _PRUNING:
            raise ValueError(f"pruning_mode must be one of {_PRUNING}, got {pruning_mode!r}.")
        if penalties.complexity > 0 and pruning_mode == "none":
            raise ValueError("tree_complexity has no effect without pruning: set pruning_mode to 'pre' or 'post'.")
        for name, value in (
            ("n_batches_per_layer", n_batches_per_layer), ("n_trees", n_trees), ("max_depth", max_depth)
        ):  # fmt: skip
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}.")
        settings = GrowthSettings(
            slopes_of, penalties, learning_rate, max_depth,
            enough=lambda examples, batches, depth: batches >= n_batches_per_layer,
            quantiles=max(2, round(1 / quantile_sketch_epsilon)), prune_afterwards=pruning_mode == "post",
            center_bias=center_bias,
        )  # fmt: skip
        self._columns = widths_of(feature_columns)
        matrix = partial(matrix_of_columns, columns=feature_columns)
        super().__init__(model_function(head, settings, matrix, n_trees), model_dir, config)

    def experimental_feature_importances(self, normalize: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """How much the splits of each feature column gained.

        Args:
            normalize: divide by the sum.

        Returns:
            The columns' names, the most important first, and float64 numbers.

        Raises:
            ValueError: nothing was trained yet, or no split was made and the sum is 0.
        """
        nodes = self.get_variable_value("boosted_trees/nodes")
        ends = np.cumsum([0] + [width for _, width in self._columns])
        each = ensemble.gains_of(nodes, int(ends[-1]))
        sums = np.array([each[start:end].sum() for start, end in pairwise(ends)])
        if normalize:
            if not sums.sum():
                raise ValueError("Trees are all empty: there are no importances to normalize. Train more.")
            sums = sums / sums.sum()
        order = np.argsort(-sums, kind="stable")
        return np.array([name for name, _ in self._columns])[order], sums[order]


class BoostedTreesClassifier(_BoostedTrees):
    """Boosted trees that tell classes apart (API: tf.estimator.BoostedTreesClassifier).

    Args:
        feature_columns: bucketized columns, which are split at their boundaries, or others.
        n_batches_per_layer: how many batches a layer of a tree is grown from.
        n_classes, weight_column, label_vocabulary: see `DNNClassifier`.
        n_trees: when the training ends.
        max_depth: layers of a tree.
        learning_rate: what a tree adds is multiplied by it.
        l1_regularization, l2_regularization: of the leaves' values; relative to the mean loss over the examples.
        tree_complexity: what a split must gain; with pruning.
        min_node_weight: the smallest sum of second derivatives of a leaf.
        model_dir, config: see `tf.estimator.Estimator`.
        center_bias: begin with the best constant.
        pruning_mode: "none", "pre" (a leaf that gains nothing stays one) or "post" (splits that gain nothing are undone
            when the tree is grown).
        quantile_sketch_epsilon: 1 / epsilon thresholds are tried for a column of numbers.
        train_in_memory: has no effect: the input function is read as it is.

    Raises:
        ValueError: a number below 1, another pruning mode, or a complexity without pruning.
    """

    def __init__(
        self,
        feature_columns: Any,
        n_batches_per_layer: int,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        n_trees: int = 100,
        max_depth: int = 6,
        learning_rate: float = 0.1,
        l1_regularization: float = 0.0,
        l2_regularization: float = 0.0,
        tree_complexity: float = 0.0,
        min_node_weight: float = 0.0,
        config: Any = None,
        center_bias: bool = False,
        pruning_mode: str = "none",
        quantile_sketch_epsilon: float = 0.01,
        train_in_memory: bool = False,
    ) -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, Reduction.SUM_OVER_BATCH_SIZE)
        penalties = Penalties(l1_regularization, l2_regularization, tree_complexity, min_node_weight)
        super().__init__(
            head, slopes.logistic if n_classes == 2 else slopes.softmax, feature_columns, n_batches_per_layer,
            model_dir, n_trees, max_depth, learning_rate, penalties, config, center_bias, pruning_mode,
            quantile_sketch_epsilon,
        )  # fmt: skip


class BoostedTreesRegressor(_BoostedTrees):
    """Boosted trees that give numbers (API: tf.estimator.BoostedTreesRegressor).

    Args:
        label_dimension: how many numbers a label is.
        feature_columns, n_batches_per_layer, model_dir, weight_column, n_trees, max_depth, learning_rate,
        l1_regularization, l2_regularization, tree_complexity, min_node_weight, config, center_bias, pruning_mode,
        quantile_sketch_epsilon, train_in_memory: see `BoostedTreesClassifier`.
    """

    def __init__(
        self,
        feature_columns: Any,
        n_batches_per_layer: int,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        n_trees: int = 100,
        max_depth: int = 6,
        learning_rate: float = 0.1,
        l1_regularization: float = 0.0,
        l2_regularization: float = 0.0,
        tree_complexity: float = 0.0,
        min_node_weight: float = 0.0,
        config: Any = None,
        center_bias: bool = False,
        pruning_mode: str = "none",
        quantile_sketch_epsilon: float = 0.01,
        train_in_memory: bool = False,
    ) -> None:
        penalties = Penalties(l1_regularization, l2_regularization, tree_complexity, min_node_weight)
        super().__init__(
            RegressionHead(weight_column, label_dimension), slopes.squared, feature_columns, n_batches_per_layer,
            model_dir, n_trees, max_depth, learning_rate, penalties, config, center_bias, pruning_mode,
            quantile_sketch_epsilon,
        )  # fmt: skip

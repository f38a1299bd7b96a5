"""Weighted sums of feature columns (API: tf.estimator.LinearClassifier, LinearRegressor, LinearEstimator)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from convflow.modeling.losses.weighted import Reduction
from convflow.modeling.variables.scope import variable_scope
from convflow.training.estimator.canned.heads.chosen import classifier_head
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.canned.heads.regression import RegressionHead
from convflow.training.estimator.canned.logits import LARGE_PARTITIONER, check_features, linear_logits
from convflow.training.estimator.canned.optimizers import optimizer_of
from convflow.training.estimator.estimator import Estimator
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.feature_column.base import normalized
from convflow.training.optimizers.ftrl import FtrlOptimizer

_LEARNING_RATE = 0.2


def linear_model_fn(
    head: Head, feature_columns: Any, optimizer: Any, partitioner: Any, sparse_combiner: str
) -> Callable[..., EstimatorSpec]:
    """The model function of a weighted sum; settings as of `LinearEstimator`."""
    columns = normalized(feature_columns)

    def model_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        check_features(features)
        with variable_scope("linear", values=list(features.values()), partitioner=partitioner or LARGE_PARTITIONER):
            logits = linear_logits(features, head.logits_dimension, columns, sparse_combiner)
            chosen = optimizer_of(
                optimizer or FtrlOptimizer(min(_LEARNING_RATE, 1.0 / math.sqrt(len(columns)))), _LEARNING_RATE
            )
            return head.create_estimator_spec(features, mode, logits, labels, optimizer=chosen)

    return model_fn


class LinearEstimator(Estimator):
    """A weighted sum with a head of one's own (API: tf.estimator.LinearEstimator).

    Args:
        head: a `Head`, such as `tf.estimator.RegressionHead()`.
        feature_columns: columns of any kind.
        model_dir, config, warm_start_from: see `tf.estimator.Estimator`.
        optimizer: an optimizer, its name, or a function that makes one; Ftrl by default.
        partitioner: of the variables.
        sparse_combiner: how the weights of several ids of an example are combined: "sum", "mean" or "sqrtn".

    Raises:
        ValueError: no columns, features without keys, another optimizer.
    """

    def __init__(
        self,
        head: Head,
        feature_columns: Any,
        model_dir: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        partitioner: Any = None,
        sparse_combiner: str = "sum",
        warm_start_from: Any = None,
    ) -> None:
        model_fn = linear_model_fn(head, feature_columns, optimizer, partitioner, sparse_combiner)
        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


class LinearClassifier(LinearEstimator):
    """A weighted sum that tells classes apart (API: tf.estimator.LinearClassifier).

    Its predictions and metrics are those of `DNNClassifier`.

    Args:
        feature_columns: columns of any kind; categorical ones have a weight for each id.
        n_classes: how many classes.
        weight_column: a key or a column of the examples' weights.
        label_vocabulary: the classes' names, if labels are strings.
        loss_reduction: one of `tf.losses.Reduction`, the sum by default.
        model_dir, optimizer, config, partitioner, warm_start_from, sparse_combiner: see `LinearEstimator`.

    Raises:
        ValueError: fewer than two classes, or as `LinearEstimator`.
    """

    def __init__(
        self,
        feature_columns: Any,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        partitioner: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        sparse_combiner: str = "sum",
    ) -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(
            head, feature_columns, model_dir, optimizer, config, partitioner, sparse_combiner, warm_start_from
        )


class LinearRegressor(LinearEstimator):
    """A weighted sum that gives numbers (API: tf.estimator.LinearRegressor).

    Its prediction and metrics are those of `DNNRegressor`.

    Args:
        label_dimension: how many numbers a label is.
        feature_columns, weight_column, loss_reduction: see `LinearClassifier`.
        model_dir, optimizer, config, partitioner, warm_start_from, sparse_combiner: see `LinearEstimator`.
    """

    def __init__(
        self,
        feature_columns: Any,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        partitioner: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        sparse_combiner: str = "sum",
    ) -> None:
        super().__init__(
            RegressionHead(weight_column, label_dimension, loss_reduction), feature_columns, model_dir, optimizer,
            config, partitioner, sparse_combiner, warm_start_from,
        )  # fmt: skip

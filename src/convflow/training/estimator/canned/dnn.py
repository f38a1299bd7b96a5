"""Dense networks over feature columns (API: tf.estimator.DNNClassifier, DNNRegressor, DNNEstimator)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.modeling.losses.weighted import Reduction
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.activation import relu
from convflow.training.estimator.canned.heads.chosen import classifier_head
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.canned.heads.regression import RegressionHead
from convflow.training.estimator.canned.logits import LARGE_PARTITIONER, PARTITIONER, check_features, dnn_logits
from convflow.training.estimator.canned.optimizers import optimizer_of
from convflow.training.estimator.estimator import Estimator
from convflow.training.estimator.spec import EstimatorSpec

_LEARNING_RATE = 0.05


def dnn_model_fn(
    head: Head, optimizer: Any, input_layer_partitioner: Any, **network: Any
) -> Callable[..., EstimatorSpec]:
    """The model function of a dense network; settings as of `DNNEstimator` and `dnn_logits`."""

    def model_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        check_features(features)
        chosen = optimizer_of(optimizer, _LEARNING_RATE)
        with variable_scope("dnn", values=list(features.values()), partitioner=PARTITIONER):
            logits = dnn_logits(
                features, mode, head.logits_dimension,
                input_layer_partitioner=input_layer_partitioner or LARGE_PARTITIONER, **network,
            )  # fmt: skip
            return head.create_estimator_spec(features, mode, logits, labels, optimizer=chosen)

    return model_fn


class DNNEstimator(Estimator):
    """A dense network with a head of one's own (API: tf.estimator.DNNEstimator, tf.contrib.estimator.DNNEstimator).

    Args:
        head: a `Head`, such as `tf.estimator.MultiClassHead(3)`.
        hidden_units: the sizes of the hidden layers.
        feature_columns: columns of numbers.
        model_dir, config, warm_start_from: see `tf.estimator.Estimator`.
        optimizer: an optimizer, its name, or a function that makes one.
        activation_fn: of the hidden layers.
        dropout: the part of the hidden values to drop in training.
        input_layer_partitioner: of the embeddings' variables.
        batch_norm: normalize the hidden values.

    Raises:
        ValueError: features without keys, another optimizer.
    """

    def __init__(
        self,
        head: Head,
        hidden_units: Sequence[int],
        feature_columns: Any,
        model_dir: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = relu,
        dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        batch_norm: bool = False,
    ) -> None:
        model_fn = dnn_model_fn(
            head, optimizer, input_layer_partitioner, hidden_units=hidden_units, feature_columns=feature_columns,
            activation_fn=activation_fn, dropout_rate=dropout, batch_norm=batch_norm,
        )  # fmt: skip
        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


class DNNClassifier(DNNEstimator):
    """A dense network that tells classes apart (API: tf.estimator.DNNClassifier).

    Its predictions are `logits`, `probabilities`, `class_ids`, `classes`, and for two classes `logistic`; its metrics
    `accuracy`, `average_loss`, `loss`, and for two classes `auc`, `precision`, `recall` and others.

    Args:
        hidden_units: the sizes of the hidden layers.
        feature_columns: columns of numbers.
        n_classes: how many classes.
        weight_column: a key or a column of the examples' weights.
        label_vocabulary: the classes' names, if labels are strings.
        loss_reduction: one of `tf.losses.Reduction`, the sum by default.
        model_dir, optimizer, activation_fn, dropout, input_layer_partitioner, config, warm_start_from, batch_norm: see
            `DNNEstimator`.

    Raises:
        ValueError: fewer than two classes, or as `DNNEstimator`.
    """

    def __init__(
        self,
        hidden_units: Sequence[int],
        feature_columns: Any,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = relu,
        dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
    ) -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(
            head, hidden_units, feature_columns, model_dir, optimizer, activation_fn, dropout, input_layer_partitioner,
            config, warm_start_from, batch_norm,
        )  # fmt: skip


class DNNRegressor(DNNEstimator):
    """A dense network that gives numbers (API: tf.estimator.DNNRegressor).

    Its prediction is `predictions`; its metrics are `average_loss`, `loss`, `label/mean` and `prediction/mean`.

    Args:
        label_dimension: how many numbers a label is.
        hidden_units, feature_columns, weight_column, loss_reduction: see `DNNClassifier`.
        model_dir, optimizer, activation_fn, dropout, input_layer_partitioner, config, warm_start_from, batch_norm: see
            `DNNEstimator`.
    """

    def __init__(
        self,
        hidden_units: Sequence[int],
        feature_columns: Any,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = relu,
        dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
    ) -> None:
        super().__init__(
            RegressionHead(weight_column, label_dimension, loss_reduction), hidden_units, feature_columns, model_dir,
            optimizer, activation_fn, dropout, input_layer_partitioner, config, warm_start_from, batch_norm,
        )  # fmt: skip

"""A weighted sum and a dense network that share a loss (API: tf.estimator.DNNLinearCombinedClassifier and its kin).

"Wide and deep": Cheng et al. 2016, arXiv:1606.07792.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, get_collection
from convflow.modeling.losses.weighted import Reduction
from convflow.modeling.variables.scope import variable_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.activation import relu
from convflow.ops.array.identity import group
from convflow.ops.state import assign_add
from convflow.training.estimator.canned.heads.chosen import classifier_head
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.canned.heads.regression import RegressionHead
from convflow.training.estimator.canned.logits import (
    LARGE_PARTITIONER,
    PARTITIONER,
    add_summaries,
    check_features,
    dnn_logits,
    linear_logits,
)
from convflow.training.estimator.canned.optimizers import optimizer_of
from convflow.training.estimator.estimator import Estimator
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.global_step import get_global_step

_DNN_LEARNING_RATE = 0.001
_LINEAR_LEARNING_RATE = 0.005


class _Part:
    """One of the two: its logits, and the optimizer of its variables."""

    def __init__(self, logits: Tensor, scope: str, optimizer: Any) -> None:
        self.logits, self._scope, self._optimizer = logits, scope, optimizer

    def minimized(self, loss: Tensor) -> Any:
        variables = get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=self._scope)
        return self._optimizer.minimize(loss, var_list=variables)


class _Model:
    """The model function's settings.

    Raises:
        ValueError: no columns at all, or columns for a network without layers.
    """

    def __init__(
        self, head: Head, linear_columns: Any, linear_optimizer: Any, dnn_columns: Any, dnn_optimizer: Any,
        dnn_hidden_units: Any, dnn_activation_fn: Any, dnn_dropout: Any, input_layer_partitioner: Any,
        batch_norm: bool, linear_sparse_combiner: str,
    ) -> None:  # fmt: skip
        self._linear_columns = list(linear_columns or [])
        self._dnn_columns = list(dnn_columns or [])
        if not self._linear_columns and not self._dnn_columns:
            raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")
        if self._dnn_columns and not dnn_hidden_units:
            raise ValueError("dnn_hidden_units must be defined when dnn_feature_columns is specified.")
        self._head = head
        self._optimizers = linear_optimizer, dnn_optimizer
        self._partitioner = input_layer_partitioner or LARGE_PARTITIONER
        self._network = {
            "hidden_units": dnn_hidden_units, "activation_fn": dnn_activation_fn, "dropout_rate": dnn_dropout,
            "batch_norm": batch_norm,
        }  # fmt: skip
        self._combiner = linear_sparse_combiner

    def spec(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        check_features(features)
        parts = [part for part in (self._dnn(features, mode), self._linear(features)) if part is not None]
        logits = parts[0].logits if len(parts) == 1 else parts[0].logits + parts[1].logits

        def train_op(loss: Tensor) -> Any:
            with control_dependencies([group(*(part.minimized(loss) for part in parts))]):
                return assign_add(get_global_step(), 1).op

        return self._head.create_estimator_spec(features, mode, logits, labels, train_op_fn=train_op)

    def _dnn(self, features: Any, mode: str) -> _Part | None:
        if not self._dnn_columns:
            return None
        optimizer = optimizer_of(self._optimizers[1], _DNN_LEARNING_RATE)
        with variable_scope("dnn", values=list(features.values()), partitioner=PARTITIONER) as scope:
            logits = dnn_logits(
                features, mode, self._head.logits_dimension, feature_columns=self._dnn_columns,
                input_layer_partitioner=self._partitioner, **self._network,
            )  # fmt: skip
        return _Part(logits, scope.name, optimizer)

    def _linear(self, features: Any) -> _Part | None:
        if not self._linear_columns:
            return None
        optimizer = optimizer_of(
            self._optimizers[0], min(_LINEAR_LEARNING_RATE, 1.0 / math.sqrt(len(self._linear_columns)))
        )
        with variable_scope("linear", values=list(features.values()), partitioner=self._partitioner) as scope:
            logits = linear_logits(features, self._head.logits_dimension, self._linear_columns, self._combiner)
            add_summaries(logits, scope.name)
        return _Part(logits, scope.name, optimizer)


def combined_model_fn(*settings: Any) -> Callable[..., EstimatorSpec]:
    """The model function of both; settings as of `_Model`."""
    model = _Model(*settings)

    def model_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        return model.spec(features, labels, mode)

    return model_fn


class DNNLinearCombinedEstimator(Estimator):
    """Both models with a head of one's own (API: tf.estimator.DNNLinearCombinedEstimator).

    Args:
        head: a `Head`.
        linear_feature_columns, linear_optimizer, linear_sparse_combiner: see `LinearEstimator`.
        dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout, batch_norm,
        input_layer_partitioner: see `DNNEstimator`.
        model_dir, config, warm_start_from: see `tf.estimator.Estimator`.

    Raises:
        ValueError: no columns, or columns for a network without layers.
    """

    def __init__(
        self,
        head: Head,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Sequence[int] | None = None,
        dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
        warm_start_from: Any = None,
    ) -> None:
        model_fn = combined_model_fn(
            head, linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
            dnn_activation_fn, dnn_dropout, input_layer_partitioner, batch_norm, linear_sparse_combiner,
        )  # fmt: skip
        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


class DNNLinearCombinedClassifier(DNNLinearCombinedEstimator):
    """Both models tell classes apart together (API: tf.estimator.DNNLinearCombinedClassifier).

    Args:
        n_classes, weight_column, label_vocabulary, loss_reduction: see `DNNClassifier`.
        model_dir, linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
        dnn_activation_fn, dnn_dropout, input_layer_partitioner, config, warm_start_from, batch_norm,
        linear_sparse_combiner: see `DNNLinearCombinedEstimator`.

    Raises:
        ValueError: as `DNNLinearCombinedEstimator`, or fewer than two classes.
    """

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Sequence[int] | None = None,
        dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        super().__init__(
            classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction), model_dir,
            linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
            dnn_activation_fn, dnn_dropout, input_layer_partitioner, config, batch_norm, linear_sparse_combiner,
            warm_start_from,
        )  # fmt: skip


class DNNLinearCombinedRegressor(DNNLinearCombinedEstimator):
    """Both models give numbers together (API: tf.estimator.DNNLinearCombinedRegressor).

    Args:
        label_dimension, weight_column, loss_reduction: see `DNNRegressor`.
        model_dir, linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
        dnn_activation_fn, dnn_dropout, input_layer_partitioner, config, warm_start_from, batch_norm,
        linear_sparse_combiner: see `DNNLinearCombinedEstimator`.

    Raises:
        ValueError: as `DNNLinearCombinedEstimator`.
    """

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Sequence[int] | None = None,
        dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        super().__init__(
            RegressionHead(weight_column, label_dimension, loss_reduction), model_dir, linear_feature_columns,
            linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout,
            input_layer_partitioner, config, batch_norm, linear_sparse_combiner, warm_start_from,
        )  # fmt: skip

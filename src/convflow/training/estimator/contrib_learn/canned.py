"""The ready-made estimators of 2016 (API: tf.contrib.learn.DNNClassifier, LinearClassifier and their kin).

Their variables have the names of today's (`dnn/hiddenlayer_0/kernel`), not those of then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from convflow.ops.activation import relu
from convflow.training.estimator.boosted.contrib import with_scores
from convflow.training.estimator.canned.combined import combined_model_fn
from convflow.training.estimator.canned.dnn import dnn_model_fn
from convflow.training.estimator.canned.heads.binary import BinaryClassHead
from convflow.training.estimator.canned.heads.head import Head
from convflow.training.estimator.canned.heads.multi_class import MultiClassHead
from convflow.training.estimator.canned.heads.regression import RegressionHead
from convflow.training.estimator.canned.linear import linear_model_fn
from convflow.training.estimator.contrib_learn import feeding
from convflow.training.estimator.contrib_learn.learner import Learner
from convflow.training.estimator.spec import EstimatorSpec
from convflow.training.optimizers.adagrad import AdagradOptimizer
from convflow.training.optimizers.ftrl import FtrlOptimizer

# Today's metrics of two classes by the names of then; of more classes there was only the first.
_METRICS_OF_TWO = {
    "accuracy": ("accuracy", "accuracy/threshold_0.500000_mean"),
    "auc": ("auc",),
    "auc_precision_recall": ("auc_precision_recall",),
    "label/mean": ("labels/actual_label_mean", "accuracy/baseline_label_mean"),
    "prediction/mean": ("labels/prediction_mean",),
    "precision": ("precision/positive_threshold_0.500000_mean",),
    "recall": ("recall/positive_threshold_0.500000_mean",),
}


def _head(n_classes: int, weight_column: Any, label_keys: Any) -> Head:
    if n_classes == 2:
        return BinaryClassHead(weight_column, label_vocabulary=label_keys)
    return MultiClassHead(n_classes, weight_column, label_keys)


class _Canned(Learner):
    """A model function of today, its predictions and metrics by the names of then (API: tf.contrib.learn)."""

    def __init__(
        self, model_fn: Callable[..., EstimatorSpec], finish: Callable[[EstimatorSpec], EstimatorSpec], model_dir: Any,
        config: Any, feature_engineering_fn: Any, absent: dict[str, Any],
    ) -> None:  # fmt: skip
        for name, value in absent.items():
            if value:
                raise NotImplementedError(f"{type(self).__name__}: {name} is not there. Leave it out.")

        def renamed(features: Any, labels: Any, mode: str) -> EstimatorSpec:
            if feature_engineering_fn is not None:
                features, labels = feature_engineering_fn(feeding.plain(features), labels)
            spec = finish(model_fn(feeding.named(features), labels, mode))
            return spec._replace(eval_metric_ops=self._metrics_of_then(spec.eval_metric_ops))

        super().__init__(renamed, model_dir, config)

    @staticmethod
    def _metrics_of_then(metrics: dict[str, Any]) -> dict[str, Any]:
        # Of numbers there was none but the loss.
        return {}


class _Classifier(_Canned):
    """Classes (API: tf.contrib.learn.DNNClassifier)."""

    def __init__(self, model_fn: Any, label_keys: Any, *settings: Any) -> None:
        def finish(spec: EstimatorSpec) -> EstimatorSpec:
            key = "class_ids" if label_keys is None else "classes"
            return spec._replace(predictions={**spec.predictions, "classes": spec.predictions[key][:, 0]})

        super().__init__(model_fn, finish, *settings)

    @staticmethod
    def _metrics_of_then(metrics: dict[str, Any]) -> dict[str, Any]:
        names = _METRICS_OF_TWO if "auc" in metrics else {"accuracy": ("accuracy",)}
        return {name: metrics[key] for key, those in names.items() if key in metrics for name in those}

    def predict(
        self, x: Any = None, input_fn: Any = None, batch_size: int | None = None, outputs: Sequence[str] | None = None,
        as_iterable: bool = True, iterate_batches: bool = False,
    ) -> Any:  # fmt: skip
        """The classes, or `outputs` by name. Arguments as of `tf.contrib.learn.Estimator.predict`."""
        if outputs is not None:
            return super().predict(x, input_fn, batch_size, outputs, as_iterable, iterate_batches)
        return self._only("classes", x, input_fn, batch_size, as_iterable)

    def predict_classes(
        self, x: Any = None, input_fn: Any = None, batch_size: int | None = None, as_iterable: bool = True
    ) -> Any:
        """The classes: numbers, or names if there are `label_keys`."""
        return self._only("classes", x, input_fn, batch_size, as_iterable)

    def predict_proba(
        self, x: Any = None, input_fn: Any = None, batch_size: int | None = None, as_iterable: bool = True
    ) -> Any:
        """The classes' probabilities."""
        return self._only("probabilities", x, input_fn, batch_size, as_iterable)

    def _only(self, key: str, x: Any, input_fn: Any, batch_size: Any, as_iterable: bool) -> Any:
        found = (item[key] for item in Learner.predict(self, x, input_fn, batch_size, [key]))
        return found if as_iterable else np.array(list(found))


class _Regressor(_Canned):
    """Numbers (API: tf.contrib.learn.DNNRegressor)."""

    def __init__(self, model_fn: Any, *settings: Any) -> None:
        super().__init__(model_fn, with_scores, *settings)

    def predict(
        self, x: Any = None, input_fn: Any = None, batch_size: int | None = None, outputs: Sequence[str] | None = None,
        as_iterable: bool = True, iterate_batches: bool = False,
    ) -> Any:  # fmt: skip
        """The numbers, or `outputs` by name. Arguments as of `tf.contrib.learn.Estimator.predict`."""
        if outputs is not None:
            return super().predict(x, input_fn, batch_size, outputs, as_iterable, iterate_batches)
        return self.predict_scores(x, input_fn, batch_size, as_iterable)

    def predict_scores(
        self, x: Any = None, input_fn: Any = None, batch_size: int | None = None, as_iterable: bool = True
    ) -> Any:
        """The numbers: one for each example, or as many as a label has."""
        each: Iterator[Any] = Learner.predict(self, x, input_fn, batch_size, ["scores"])
        found = (item["scores"][0] if len(item["scores"]) == 1 else item["scores"] for item in each)
        return found if as_iterable else np.array(list(found))


def _ftrl(columns: Sequence[Any]) -> Any:
    return FtrlOptimizer(min(0.2, 1.0 / math.sqrt(len(columns))))


def _lazy(optimizer: Any, make: Callable[[], Any]) -> Any:
    """An optimizer is made in the model's graph, if the program gave none."""
    return make if optimizer is None else optimizer


class DNNClassifier(_Classifier):
    """A dense network that tells classes apart (API: tf.contrib.learn.DNNClassifier).

    Args:
        hidden_units: the sizes of the hidden layers.
        feature_columns: of `tf.contrib.layers` or `tf.feature_column`.
        model_dir, config: see `tf.contrib.learn.Estimator`.
        n_classes: how many classes.
        weight_column_name: the key of the examples' weights.
        optimizer: Adagrad with a learning rate of 0.05 by default.
        activation_fn, dropout: of the hidden layers.
        feature_engineering_fn: from features and labels to those that are used.
        label_keys: the classes' names, if labels are strings.
        gradient_clip_norm, enable_centered_bias, embedding_lr_multipliers: must be left out.
        input_layer_min_slice_size: has no effect.

    Raises:
        NotImplementedError: a setting that is not there.
    """

    def __init__(
        self, hidden_units: Sequence[int], feature_columns: Any, model_dir: Any = None, n_classes: int = 2,
        weight_column_name: str | None = None, optimizer: Any = None, activation_fn: Any = relu,
        dropout: float | None = None, gradient_clip_norm: float | None = None, enable_centered_bias: bool = False,
        config: Any = None, feature_engineering_fn: Any = None, embedding_lr_multipliers: Any = None,
        input_layer_min_slice_size: int | None = None, label_keys: Any = None,
    ) -> None:  # fmt: skip
        model_fn = dnn_model_fn(
            _head(n_classes, weight_column_name, label_keys), _lazy(optimizer, lambda: AdagradOptimizer(0.05)), None,
            hidden_units=hidden_units, feature_columns=list(feature_columns), activation_fn=activation_fn,
            dropout_rate=dropout, batch_norm=False,
        )  # fmt: skip
        absent = {
            "gradient_clip_norm": gradient_clip_norm, "enable_centered_bias": enable_centered_bias,
            "embedding_lr_multipliers": embedding_lr_multipliers,
        }  # fmt: skip
        super().__init__(model_fn, label_keys, model_dir, config, feature_engineering_fn, absent)


class DNNRegressor(_Regressor):
    """A dense network that gives numbers (API: tf.contrib.learn.DNNRegressor).

    Args:
        label_dimension: how many numbers a label is.

    The other arguments are those of `DNNClassifier`.
    """

    def __init__(
        self, hidden_units: Sequence[int], feature_columns: Any, model_dir: Any = None,
        weight_column_name: str | None = None, optimizer: Any = None, activation_fn: Any = relu,
        dropout: float | None = None, gradient_clip_norm: float | None = None, enable_centered_bias: bool = False,
        config: Any = None, feature_engineering_fn: Any = None, label_dimension: int = 1,
        embedding_lr_multipliers: Any = None, input_layer_min_slice_size: int | None = None,
    ) -> None:  # fmt: skip
        model_fn = dnn_model_fn(
            RegressionHead(weight_column_name, label_dimension), _lazy(optimizer, lambda: AdagradOptimizer(0.05)), None,
            hidden_units=hidden_units, feature_columns=list(feature_columns), activation_fn=activation_fn,
            dropout_rate=dropout, batch_norm=False,
        )  # fmt: skip
        absent = {
            "gradient_clip_norm": gradient_clip_norm, "enable_centered_bias": enable_centered_bias,
            "embedding_lr_multipliers": embedding_lr_multipliers,
        }  # fmt: skip
        super().__init__(model_fn, model_dir, config, feature_engineering_fn, absent)


class LinearClassifier(_Classifier):
    """A weighted sum that tells classes apart (API: tf.contrib.learn.LinearClassifier).

    Args:
        optimizer: Ftrl by default, with a learning rate of 0.2, or less with more than 25 columns.

    The other arguments are those of `DNNClassifier`; `_joint_weight` must be left out.
    """

    def __init__(
        self, feature_columns: Any, model_dir: Any = None, n_classes: int = 2, weight_column_name: str | None = None,
        optimizer: Any = None, gradient_clip_norm: float | None = None, enable_centered_bias: bool = False,
        _joint_weight: bool = False, config: Any = None, feature_engineering_fn: Any = None, label_keys: Any = None,
    ) -> None:  # fmt: skip
        columns = list(feature_columns)
        head = _head(n_classes, weight_column_name, label_keys)
        chosen = _lazy(optimizer, lambda: _ftrl(columns))
        absent = {
            "gradient_clip_norm": gradient_clip_norm, "enable_centered_bias": enable_centered_bias,
            "_joint_weight": _joint_weight,
        }  # fmt: skip
        model_fn = linear_model_fn(head, columns, chosen, None, "sum")
        super().__init__(model_fn, label_keys, model_dir, config, feature_engineering_fn, absent)


class LinearRegressor(_Regressor):
    """A weighted sum that gives numbers (API: tf.contrib.learn.LinearRegressor).

    Args:
        label_dimension: how many numbers a label is.

    The other arguments are those of `LinearClassifier`.
    """

    def __init__(
        self, feature_columns: Any, model_dir: Any = None, weight_column_name: str | None = None,
        optimizer: Any = None, gradient_clip_norm: float | None = None, enable_centered_bias: bool = False,
        label_dimension: int = 1, _joint_weights: bool = False, config: Any = None, feature_engineering_fn: Any = None,
    ) -> None:  # fmt: skip
        columns = list(feature_columns)
        head = RegressionHead(weight_column_name, label_dimension)
        chosen = _lazy(optimizer, lambda: _ftrl(columns))
        absent = {
            "gradient_clip_norm": gradient_clip_norm, "enable_centered_bias": enable_centered_bias,
            "_joint_weights": _joint_weights,
        }  # fmt: skip
        model_fn = linear_model_fn(head, columns, chosen, None, "sum")
        super().__init__(model_fn, model_dir, config, feature_engineering_fn, absent)


class DNNLinearCombinedClassifier(_Classifier):
    """Both models tell classes apart together (API: tf.contrib.learn.DNNLinearCombinedClassifier).

    Args:
        linear_feature_columns, linear_optimizer: as of `LinearClassifier`.
        dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout: as of `DNNClassifier`.
        fix_global_step_increment_bug: has no effect: a step counts once.

    The other arguments are those of `DNNClassifier`; `_joint_linear_weights` must be left out.
    """

    def __init__(
        self, model_dir: Any = None, n_classes: int = 2, weight_column_name: str | None = None,
        linear_feature_columns: Any = None, linear_optimizer: Any = None, _joint_linear_weights: bool = False,
        dnn_feature_columns: Any = None, dnn_optimizer: Any = None, dnn_hidden_units: Sequence[int] | None = None,
        dnn_activation_fn: Any = relu, dnn_dropout: float | None = None, gradient_clip_norm: float | None = None,
        enable_centered_bias: bool = False, config: Any = None, feature_engineering_fn: Any = None,
        embedding_lr_multipliers: Any = None, input_layer_min_slice_size: int | None = None, label_keys: Any = None,
        fix_global_step_increment_bug: bool = False,
    ) -> None:  # fmt: skip
        columns = list(linear_feature_columns or [])
        model_fn = combined_model_fn(
            _head(n_classes, weight_column_name, label_keys), columns,
            _lazy(linear_optimizer, lambda: _ftrl(columns)), dnn_feature_columns,
            _lazy(dnn_optimizer, lambda: AdagradOptimizer(0.05)), dnn_hidden_units, dnn_activation_fn, dnn_dropout,
            None, False, "sum",
        )  # fmt: skip
        absent = {
            "gradient_clip_norm": gradient_clip_norm, "enable_centered_bias": enable_centered_bias,
            "embedding_lr_multipliers": embedding_lr_multipliers, "_joint_linear_weights": _joint_linear_weights,
        }  # fmt: skip
        super().__init__(model_fn, label_keys, model_dir, config, feature_engineering_fn, absent)


class DNNLinearCombinedRegressor(_Regressor):
    """Both models give numbers together (API: tf.contrib.learn.DNNLinearCombinedRegressor).

    Args:
        label_dimension: how many numbers a label is.

    The other arguments are those of `DNNLinearCombinedClassifier`.
    """

    def __init__(
        self, model_dir: Any = None, weight_column_name: str | None = None, linear_feature_columns: Any = None,
        linear_optimizer: Any = None, _joint_linear_weights: bool = False, dnn_feature_columns: Any = None,
        dnn_optimizer: Any = None, dnn_hidden_units: Sequence[int] | None = None, dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None, gradient_clip_norm: float | None = None, enable_centered_bias: bool = False,
        label_dimension: int = 1, config: Any = None, feature_engineering_fn: Any = None,
        embedding_lr_multipliers: Any = None, input_layer_min_slice_size: int | None = None,
        fix_global_step_increment_bug: bool = False,
    ) -> None:  # fmt: skip
        columns = list(linear_feature_columns or [])
        model_fn = combined_model_fn(
            RegressionHead(weight_column_name, label_dimension), columns,
            _lazy(linear_optimizer, lambda: _ftrl(columns)), dnn_feature_columns,
            _lazy(dnn_optimizer, lambda: AdagradOptimizer(0.05)), dnn_hidden_units, dnn_activation_fn, dnn_dropout,
            None, False, "sum",
        )  # fmt: skip
        absent = {
            "gradient_clip_norm": gradient_clip_norm, "enable_centered_bias": enable_centered_bias,
            "embedding_lr_multipliers": embedding_lr_multipliers, "_joint_linear_weights": _joint_linear_weights,
        }  # fmt: skip
        super().__init__(model_fn, model_dir, config, feature_engineering_fn, absent)

"""What model functions and evaluations of tf.contrib.learn name (API: tf.contrib.learn.ModelFnOps, MetricSpec)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convflow.training.estimator import mode_keys
from convflow.training.estimator.functions import argument_names


class ModeKeys(mode_keys.ModeKeys):
    """The names of the modes, "infer" by its older name, too (API: tf.contrib.learn.ModeKeys)."""

    INFER = mode_keys.ModeKeys.PREDICT


class PredictionKey:
    """The names of predictions (API: tf.contrib.learn.PredictionKey)."""

    CLASSES = "classes"
    PROBABILITIES = "probabilities"
    LOGITS = "logits"
    LOGISTIC = "logistic"
    SCORES = "scores"
    TOP_K = "top_k"
    GENERIC = "output"


class ModelFnOps(NamedTuple):
    """The nodes of a model in one mode (API: tf.contrib.learn.ModelFnOps): `tf.estimator.EstimatorSpec` of then."""

    mode: str
    predictions: Any = None
    loss: Any = None
    train_op: Any = None
    eval_metric_ops: Any = None
    output_alternatives: Any = None
    training_chief_hooks: Any = None
    training_hooks: Any = None
    scaffold: Any = None


class MetricSpec:
    """A metric of an evaluation (API: tf.contrib.learn.MetricSpec).

    Args:
        metric_fn: of predictions and labels, and weights if `weight_key` is given; returns a value and an update.
        prediction_key, label_key, weight_key: which of the predictions, labels and features; all if None.
    """

    def __init__(
        self,
        metric_fn: Callable[..., Any],
        prediction_key: str | None = None,
        label_key: str | None = None,
        weight_key: str | None = None,
    ) -> None:
        self.metric_fn, self.prediction_key, self.label_key, self.weight_key = (
            metric_fn, prediction_key, label_key, weight_key,
        )  # fmt: skip

    def create_metric_ops(self, inputs: Any, labels: Any, predictions: Any) -> Any:
        """The pair of value and update.

        Raises:
            ValueError: a key is needed and not given, or is not there.
        """
        of_predictions = _chosen("prediction_key", self.prediction_key, predictions)
        of_labels = _chosen("label_key", self.label_key, labels)
        names = argument_names(self.metric_fn)
        of_weights = {} if self.weight_key is None else {"weights": _chosen("weight_key", self.weight_key, inputs)}
        if {"predictions", "labels"} <= names:
            return self.metric_fn(predictions=of_predictions, labels=of_labels, **of_weights)
        return self.metric_fn(of_predictions, of_labels, **of_weights)


def _chosen(what: str, key: str | None, values: Any) -> Any:
    if not isinstance(values, dict):
        return values
    if key is None and len(values) == 1:
        return next(iter(values.values()))
    if key not in values:
        raise ValueError(f"MetricSpec with {what}={key!r}: there are {sorted(values)}. Give {what} as one of them.")
    return values[key]

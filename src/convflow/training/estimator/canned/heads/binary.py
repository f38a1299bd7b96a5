"""One of two classes (API: tf.estimator.BinaryClassHead)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.losses.weighted import Reduction
from convflow.modeling.metrics.counts import precision, recall
from convflow.modeling.metrics.curves import auc
from convflow.modeling.metrics.means import accuracy, mean
from convflow.modeling.metrics.thresholds import precision_at_thresholds, recall_at_thresholds
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros_like
from convflow.ops.losses import sigmoid_cross_entropy_with_logits
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater
from convflow.ops.math.elementwise import sigmoid
from convflow.ops.softmax import softmax
from convflow.ops.weights_broadcast import broadcast_weights
from convflow.training.estimator.canned.heads.checks import checked_labels, in_range
from convflow.training.estimator.canned.heads.classes import Classes, outputs
from convflow.training.estimator.canned.heads.head import Head, Losses
from convflow.training.estimator.export_outputs import RegressionOutput


class BinaryClassHead(Head):
    """A sigmoid (API: tf.estimator.BinaryClassHead, tf.contrib.estimator.binary_classification_head).

    Labels are 0 and 1, numbers of any type, or two names.

    Args:
        weight_column, loss_reduction, loss_fn, name: see `Head`.
        thresholds: numbers between 0 and 1: accuracy, precision and recall at these are metrics, too.
        label_vocabulary: the two classes' names, if labels are strings.

    Raises:
        ValueError: a threshold outside, or other than two names.
    """

    def __init__(
        self,
        weight_column: Any = None,
        thresholds: Sequence[float] | None = None,
        label_vocabulary: Sequence[str] | None = None,
        loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
        loss_fn: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        self._thresholds = tuple(thresholds or ())
        for threshold in self._thresholds:
            if not 0 < threshold < 1:
                raise ValueError(f"thresholds not in (0, 1): {self._thresholds}.")
        self._classes = Classes(2, label_vocabulary)

    @property
    def logits_dimension(self) -> int:
        return 1

    def predictions(self, logits: Tensor) -> dict[str, Tensor]:
        logistic = sigmoid(logits, name="logistic")
        both = concat((zeros_like(logits), logits), axis=-1, name="two_class_logits")
        probabilities = softmax(both, name="probabilities")
        ids, names = self._classes.likeliest(both)
        return {
            "logits": logits,
            "logistic": logistic,
            "probabilities": probabilities,
            "class_ids": ids,
            "classes": names,
            "all_class_ids": self._classes.all_ids(logits),
            "all_classes": self._classes.all_names(logits),
        }

    def _export_outputs(self, predictions: dict[str, Tensor]) -> dict[str, Any]:
        return outputs(self._classes, predictions, {"regression": RegressionOutput(predictions["logistic"])})

    def _unreduced(self, features: Any, logits: Tensor, labels: Any) -> tuple[Tensor, Tensor]:
        ids = self._classes.ids_of(checked_labels(labels, logits, 1))
        numbers = in_range(cast(ids, dtypes.float32), 2)
        if self._loss_fn is not None:
            return self._own_loss(numbers, logits, features), numbers
        return sigmoid_cross_entropy_with_logits(labels=numbers, logits=logits), numbers

    def _metrics(self, losses: Losses, predictions: dict[str, Tensor]) -> dict[str, Any]:
        labels, weights = losses.labels, losses.weights
        ids, logistic = predictions["class_ids"], predictions["logistic"]
        labels_mean = _mean(labels, weights, "label/mean")
        found = {
            "accuracy": accuracy(labels, ids, weights=weights, name="accuracy"),
            "precision": precision(labels, ids, weights=weights, name="precision"),
            "recall": recall(labels, ids, weights=weights, name="recall"),
            "prediction/mean": _mean(logistic, weights, "prediction/mean"),
            "label/mean": labels_mean,
            "accuracy_baseline": _baseline(labels_mean),
            "auc": _area(labels, logistic, weights, "ROC", "auc"),
            "auc_precision_recall": _area(labels, logistic, weights, "PR", "auc_precision_recall"),
        }
        for threshold in self._thresholds:
            found |= _at(threshold, labels, logistic, weights)
        return found


def _mean(values: Tensor, weights: Any, name: str) -> Any:
    return mean(values, weights=broadcast_weights(weights, values), name=name)


def _area(labels: Tensor, logistic: Tensor, weights: Any, curve: str, name: str) -> Any:
    return auc(labels, logistic, weights=broadcast_weights(weights, logistic), curve=curve, name=name)


def _baseline(labels_mean: tuple[Any, Any]) -> tuple[Tensor, Tensor]:
    """The accuracy of saying always the commoner class."""
    with name_scope(None, "accuracy_baseline", list(labels_mean)):
        value, update = labels_mean
        return maximum(value, 1.0 - value, name="value"), maximum(update, 1 - update, name="update_op")


def _at(threshold: float, labels: Tensor, logistic: Tensor, weights: Any) -> dict[str, Any]:
    """Accuracy, precision and recall of what is above a threshold."""
    names = {what: f"{what}/positive_threshold_{threshold:g}" for what in ("accuracy", "precision", "recall")}
    above = cast(greater(logistic, threshold), dtypes.float32)
    precisions = precision_at_thresholds(labels, logistic, (threshold,), weights, name=names["precision"])
    recalls = recall_at_thresholds(labels, logistic, (threshold,), weights, name=names["recall"])
    return {
        names["accuracy"]: accuracy(labels, above, weights=weights, name=names["accuracy"]),
        names["precision"]: tuple(item[0] for item in precisions),
        names["recall"]: tuple(item[0] for item in recalls),
    }

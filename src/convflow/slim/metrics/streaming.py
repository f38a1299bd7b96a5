"""Metrics of `tf.metrics` by former names, predictions first (API: slim.metrics.streaming_accuracy ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.scopes import name_scope
from convflow.modeling.metrics import average_precision, classes, counts, curves, means, thresholds, top_k
from convflow.modeling.metrics.arguments import aligned
from convflow.modeling.metrics.state import listed
from convflow.ops.math.arithmetic import multiply, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.top_k import in_top_k

Pair = tuple[Any, Any]


def _predictions_first(metric: Callable[..., Pair]) -> Callable[..., Pair]:
    def function(
        predictions: Any,
        labels: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Pair:
        return metric(
            labels=labels, predictions=predictions, weights=weights, metrics_collections=metrics_collections,
            updates_collections=updates_collections, name=name,
        )  # fmt: skip

    return _named(function, metric)


def _of_values(metric: Callable[..., Pair]) -> Callable[..., Pair]:
    def function(
        values: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Pair:
        return metric(values, weights, metrics_collections, updates_collections, name)

    return _named(function, metric)


def _at_thresholds(metric: Callable[..., Pair]) -> Callable[..., Pair]:
    def function(
        predictions: Any,
        labels: Any,
        thresholds: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Pair:
        return metric(labels, predictions, thresholds, weights, metrics_collections, updates_collections, name)

    return _named(function, metric)


def _at_k(metric: Callable[..., Pair]) -> Callable[..., Pair]:
    def function(
        predictions: Any,
        labels: Any,
        k: int,
        class_id: int | None = None,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Pair:
        return metric(
            labels=labels, predictions=predictions, k=k, class_id=class_id, weights=weights,
            metrics_collections=metrics_collections, updates_collections=updates_collections, name=name,
        )  # fmt: skip

    return _named(function, metric, "sparse_")


def _named(function: Callable[..., Pair], metric: Callable[..., Pair], prefix: str = "") -> Callable[..., Pair]:
    function.__name__ = function.__qualname__ = f"streaming_{prefix}{metric.__name__}"
    function.__doc__ = f"`tf.metrics.{metric.__name__}`, predictions first (API: slim.metrics.{function.__name__})."
    return function


streaming_true_positives = _predictions_first(counts.true_positives)
streaming_true_negatives = _predictions_first(counts.true_negatives)
streaming_false_positives = _predictions_first(counts.false_positives)
streaming_false_negatives = _predictions_first(counts.false_negatives)
streaming_accuracy = _predictions_first(means.accuracy)
streaming_precision = _predictions_first(counts.precision)
streaming_recall = _predictions_first(counts.recall)
streaming_mean_absolute_error = _predictions_first(means.mean_absolute_error)
streaming_mean_squared_error = _predictions_first(means.mean_squared_error)
streaming_root_mean_squared_error = _predictions_first(means.root_mean_squared_error)
streaming_mean = _of_values(means.mean)
streaming_mean_tensor = _of_values(means.mean_tensor)
streaming_precision_at_thresholds = _at_thresholds(thresholds.precision_at_thresholds)
streaming_recall_at_thresholds = _at_thresholds(thresholds.recall_at_thresholds)
streaming_sparse_recall_at_k = _at_k(top_k.recall_at_k)
streaming_sparse_precision_at_k = _at_k(top_k.precision_at_k)


def streaming_percentage_less(
    values: Any,
    threshold: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`tf.metrics.percentage_below` (API: slim.metrics.streaming_percentage_less)."""
    return means.percentage_below(values, threshold, weights, metrics_collections, updates_collections, name)


def streaming_mean_relative_error(
    predictions: Any,
    labels: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`tf.metrics.mean_relative_error`, predictions first (API: slim.metrics.streaming_mean_relative_error)."""
    return means.mean_relative_error(
        labels, predictions, normalizer, weights, metrics_collections, updates_collections, name
    )


def streaming_mean_cosine_distance(
    predictions: Any,
    labels: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """1 - the mean product of vectors of length 1 along `dim` (API: slim.metrics.streaming_mean_cosine_distance).

    Args:
        weights: see `tf.metrics.mean`; of the rank of the products, size 1 along `dim`.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    products = reduce_sum(multiply(predictions, labels), axis=[dim], keepdims=True)
    mean, update = means.mean(products, weights, None, None, name or "mean_cosine_distance")
    value, update = subtract(1.0, mean), subtract(1.0, update)
    return listed(value, metrics_collections), listed(update, updates_collections)


def streaming_mean_iou(
    predictions: Any,
    labels: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`tf.metrics.mean_iou`, predictions first (API: slim.metrics.streaming_mean_iou)."""
    return classes.mean_iou(labels, predictions, num_classes, weights, metrics_collections, updates_collections, name)


def streaming_auc(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
) -> Pair:
    """`tf.metrics.auc`, predictions first (API: slim.metrics.streaming_auc)."""
    return curves.auc(
        labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, curve, name
    )


def streaming_specificity_at_sensitivity(
    predictions: Any,
    labels: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`tf.metrics.specificity_at_sensitivity` (API: slim.metrics.streaming_specificity_at_sensitivity)."""
    return curves.specificity_at_sensitivity(
        labels, predictions, sensitivity, weights, num_thresholds, metrics_collections, updates_collections, name
    )


def streaming_sensitivity_at_specificity(
    predictions: Any,
    labels: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`tf.metrics.sensitivity_at_specificity` (API: slim.metrics.streaming_sensitivity_at_specificity)."""
    return curves.sensitivity_at_specificity(
        labels, predictions, specificity, weights, num_thresholds, metrics_collections, updates_collections, name
    )


def streaming_recall_at_k(
    predictions: Any,
    labels: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """How often the label is among the k largest predictions (API: slim.metrics.streaming_recall_at_k).

    Args:
        predictions: shape (batch, classes).
        labels: class numbers, shape (batch,).
    """
    hits = cast(in_top_k(predictions, labels, k), dtypes.float32)
    return means.mean(hits, weights, metrics_collections, updates_collections, name or f"recall_at_{k}")


def _class_name(what: str, class_id: int | None) -> str:
    return f"{what}_at_k" if class_id is None else f"{what}_at_k_class{class_id}"


def streaming_sparse_precision_at_top_k(
    top_k_predictions: Any,
    labels: Any,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Precision of given classes (API: slim.metrics.streaming_sparse_precision_at_top_k)."""
    with name_scope(name, _class_name("precision", class_id), [top_k_predictions, labels, weights]) as scope:
        return top_k.precision_at_top_k(
            labels=labels, predictions_idx=top_k_predictions, class_id=class_id, weights=weights,
            metrics_collections=metrics_collections, updates_collections=updates_collections, name=scope,
        )  # fmt: skip


def sparse_recall_at_top_k(
    labels: Any,
    top_k_predictions: Any,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Recall of given classes (API: slim.metrics.sparse_recall_at_top_k)."""
    with name_scope(name, _class_name("recall", class_id), [top_k_predictions, labels, weights]) as scope:
        return top_k.recall_at_top_k(
            labels=labels, predictions_idx=top_k_predictions, class_id=class_id, weights=weights,
            metrics_collections=metrics_collections, updates_collections=updates_collections, name=scope,
        )  # fmt: skip


def streaming_sparse_average_precision_at_k(
    predictions: Any,
    labels: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`tf.metrics.average_precision_at_k` (API: slim.metrics.streaming_sparse_average_precision_at_k)."""
    return average_precision.average_precision_at_k(
        labels=labels, predictions=predictions, k=k, weights=weights, metrics_collections=metrics_collections,
        updates_collections=updates_collections, name=name,
    )  # fmt: skip


def streaming_sparse_average_precision_at_top_k(
    top_k_predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Average precision of given classes (API: slim.metrics.streaming_sparse_average_precision_at_top_k).

    Args:
        top_k_predictions: int64 class numbers, shape (..., k).

    The other arguments: see `tf.metrics.average_precision_at_k`.
    """
    return average_precision.average_precision_at_top_k(
        labels, top_k_predictions, weights, metrics_collections, updates_collections, name
    )

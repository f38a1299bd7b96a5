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


_LABELLED = """predictions, labels: tensors of one shape; those of counts, precision and recall are cast to bool.
        weights: a scalar, or a tensor of their rank; 1 by default."""
_VALUES = """values: a tensor, cast to float32.
        weights: a scalar, or a tensor of the rank of `values`, each size 1 or the same; 1 by default."""
_THRESHOLDS = """predictions: numbers from 0 to 1.
        labels: cast to bool, of their shape.
        thresholds: a Python list of numbers from 0 to 1.
        weights: a scalar, or a tensor of their rank; 1 by default."""
_BEST = """predictions: scores, shape (..., classes).
        labels: int64 class numbers: shape (..., labels of an example), dense or sparse, or (...).
        k: how many predictions of each example count.
        class_id: count this class alone; all by default.
        weights: shape (...) or a scalar; 1 by default."""


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

    return _named(function, metric, _LABELLED)


def _of_values(metric: Callable[..., Pair]) -> Callable[..., Pair]:
    def function(
        values: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Pair:
        return metric(values, weights, metrics_collections, updates_collections, name)

    return _named(function, metric, _VALUES)


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

    return _named(function, metric, _THRESHOLDS)


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

    return _named(function, metric, _BEST, "sparse_")


def _named(
    function: Callable[..., Pair], metric: Callable[..., Pair], arguments: str, prefix: str = ""
) -> Callable[..., Pair]:
    function.__name__ = function.__qualname__ = f"streaming_{prefix}{metric.__name__}"
    order = "by its former name" if arguments is _VALUES else "predictions first"
    function.__doc__ = f"""`tf.metrics.{metric.__name__}`, {order} (API: slim.metrics.{function.__name__}).

    Args:
        {arguments}
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        as `tf.metrics.{metric.__name__}`: the value so far, and the value with this batch, which counts it.

    Raises:
        ValueError: shapes or weights that do not fit.
    """
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
    """`tf.metrics.percentage_below` (API: slim.metrics.streaming_percentage_less).

    Args:
        values: a tensor of numbers.
        threshold: a number, or a tensor that broadcasts with `values`.
        weights: a scalar, or a tensor of the rank of `values`, each size 1 or the same; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the part below the threshold so far, and the part below the threshold with this batch, which counts it: float32
        scalars.
    """
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
    """`tf.metrics.mean_relative_error`, predictions first (API: slim.metrics.streaming_mean_relative_error).

    Args:
        predictions, labels: tensors of one shape and type.
        normalizer: of their shape: what errors are divided by; where it is 0 the error counts as 0.
        weights: a scalar, or a tensor of the labels' rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, and the mean with this batch, which counts it: float32 scalars.
    """
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
    """`tf.metrics.mean_iou`, predictions first (API: slim.metrics.streaming_mean_iou).

    Args:
        predictions, labels: class numbers from 0 on, of one shape.
        num_classes: how many classes there are.
        weights: of their shape; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, a float32 scalar, and what counts this batch: the confusion matrix.
    """
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
    """`tf.metrics.auc`, predictions first (API: slim.metrics.streaming_auc).

    Args:
        predictions: numbers from 0 to 1.
        labels: cast to bool, of their shape.
        num_thresholds: how many points the curve has; 200 by default.
        curve: "ROC" or "PR" (precision against recall).
        weights: a scalar, or a tensor of the labels' rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the area so far, and the area with this batch, which counts it: float32 scalars.

    Raises:
        ValueError: another curve.
    """
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
    """`tf.metrics.specificity_at_sensitivity` (API: slim.metrics.streaming_specificity_at_sensitivity).

    Args:
        predictions: numbers from 0 to 1.
        labels: cast to bool, of their shape.
        sensitivity: from 0 to 1.
        num_thresholds: how many thresholds are tried; 200 by default.
        weights: a scalar, or a tensor of the labels' rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the specificity so far, and the specificity with this batch, which counts it: float32 scalars.

    Raises:
        ValueError: a sensitivity that is not from 0 to 1.
    """
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
    """`tf.metrics.sensitivity_at_specificity` (API: slim.metrics.streaming_sensitivity_at_specificity).

    Args:
        predictions: numbers from 0 to 1.
        labels: cast to bool, of their shape.
        specificity: from 0 to 1.
        num_thresholds: how many thresholds are tried; 200 by default.
        weights: a scalar, or a tensor of the labels' rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the sensitivity so far, and the sensitivity with this batch, which counts it: float32 scalars.

    Raises:
        ValueError: a specificity that is not from 0 to 1.
    """
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
    """Precision of given classes (API: slim.metrics.streaming_sparse_precision_at_top_k).

    Args:
        top_k_predictions: predicted classes, int64, shape (..., k).
        labels: int64 class numbers: (..., labels of an example), dense or sparse, or (...).
        class_id: count this class alone; all by default.
        weights: a scalar, or the shape of the examples; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the precision so far, and the precision with this batch, which counts it: float64 scalars.
    """
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
    """Recall of given classes (API: slim.metrics.sparse_recall_at_top_k).

    Args:
        labels: int64 class numbers: (..., labels of an example), dense or sparse, or (...).
        top_k_predictions: predicted classes, int64, shape (..., k).
        class_id: count this class alone; all by default.
        weights: a scalar, or the shape of the examples; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the recall so far, and the recall with this batch, which counts it: float64 scalars.
    """
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
    """`tf.metrics.average_precision_at_k` (API: slim.metrics.streaming_sparse_average_precision_at_k).

    Args:
        predictions: scores, shape (..., classes).
        labels: int64 class numbers: (..., labels of an example), dense or sparse, or (...).
        k: how many predictions of each example count.
        weights: a scalar, or the shape of the examples; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, and the mean with this batch, which counts it: float64 scalars.

    Raises:
        ValueError: k is below 1.
    """
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

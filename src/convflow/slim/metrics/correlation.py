"""Covariance and correlation over all batches (API: slim.metrics.streaming_covariance ...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.scopes import control_dependencies
from convflow.modeling.metrics.arguments import aligned
from convflow.modeling.metrics.state import listed, metric_variable
from convflow.modeling.variables.scope import variable_scope
from convflow.ops import state
from convflow.ops.array.shape_ops import size
from convflow.ops.math.arithmetic import multiply, truediv
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import less_equal
from convflow.ops.math.elementwise import sqrt
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where
from convflow.ops.weights_broadcast import broadcast_weights

Pair = tuple[Any, Any]


def streaming_covariance(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The unbiased covariance of predictions and labels; NaN for fewer than two pairs.

    Batches are combined with their own means, which loses no digits: Chan, Golub and LeVeque 1979.

    Args:
        predictions, labels: floating, of the same shape.
        weights: a scalar, or a tensor that stretches to them: how often each pair counts.
        metrics_collections, updates_collections: collections for the value and the update.
    """
    with variable_scope(name, "covariance", [predictions, labels, weights]):
        predictions, labels, weights = aligned(predictions, labels, weights)
        total: Any = metric_variable([], dtypes.float32, name="count")
        means = [metric_variable([], dtypes.float32, name=f"mean_{what}") for what in ("prediction", "label")]
        comoment: Any = metric_variable([], dtypes.float32, name="comoment")
        batch_count: Any = cast(size(labels), dtypes.float32)
        if weights is not None:
            weights = broadcast_weights(weights, labels)
            batch_count = reduce_sum(weights)
        new_total: Any = state.assign_add(total, batch_count)
        before = new_total - batch_count
        moved = [
            _moved_mean(mean, values, weights, batch_count, new_total)
            for mean, values in zip(means, (predictions, labels), strict=True)
        ]
        products: Any = (predictions - moved[0][0]) * (labels - moved[1][0])
        inside: Any = reduce_sum(products if weights is None else products * weights)
        between = (
            (moved[0][1] - moved[0][0]) * (moved[1][1] - moved[1][0]) * div_no_nan(before * batch_count, new_total)
        )
        update = state.assign_add(comoment, inside + between)
        value = _unbiased(total, comoment, "covariance")
        with control_dependencies([update]):
            updated = _unbiased(total, comoment, "update_op")
    return listed(value, metrics_collections), listed(updated, updates_collections)


def _moved_mean(mean: Any, values: Any, weights: Any, batch_count: Any, total: Any) -> Pair:
    """The batch's mean, and the mean of all before it."""
    weighted = values if weights is None else multiply(values, weights)
    of_batch: Any = div_no_nan(reduce_sum(weighted), batch_count)
    step: Any = div_no_nan((of_batch - mean) * batch_count, total)
    moved: Any = state.assign_add(mean, step)
    return of_batch, moved - step


def _unbiased(total: Any, comoment: Any, name: str) -> Any:
    return where(less_equal(total, 1.0), float("nan"), truediv(comoment, total - 1), name=name)


def streaming_pearson_correlation(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Pearson's correlation of predictions and labels (API: slim.metrics.streaming_pearson_correlation).

    Args:
        predictions, labels: floating, of the same shape.
        weights: a scalar, or a tensor that stretches to them: how often each pair counts.
        metrics_collections, updates_collections: collections for the value and the update.
        name: of the scope.

    Returns:
        the correlation so far, and the correlation with this batch, which counts it: float32 scalars.
    """
    with variable_scope(name, "pearson_r", [predictions, labels, weights]):
        predictions, labels, weights = aligned(predictions, labels, weights)
        if weights is not None:
            weights = broadcast_weights(weights, labels)
        both = streaming_covariance(predictions, labels, weights, name="covariance")
        first = streaming_covariance(predictions, predictions, weights, name="variance_predictions")
        second = streaming_covariance(labels, labels, weights, name="variance_labels")
        value = truediv(both[0], multiply(sqrt(first[0]), sqrt(second[0])), name="pearson_r")
        update = truediv(both[1], multiply(sqrt(first[1]), sqrt(second[1])), name="update_op")
    return listed(value, metrics_collections), listed(update, updates_collections)

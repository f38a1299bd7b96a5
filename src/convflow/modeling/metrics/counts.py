"""Counts of right and wrong answers to yes-or-no questions (API: tf.metrics.true_positives, precision, recall ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.metrics.arguments import aligned
from convflow.modeling.metrics.means import Pair
from convflow.modeling.metrics.state import listed, metric_variable, value_and_update
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.assert_rank import assert_rank_in
from convflow.ops.assert_type import assert_type
from convflow.ops.math.arithmetic import divide, multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater, logical_and
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where
from convflow.ops.state import assign_add


def true_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The sum of the weights where label and prediction are true (API: tf.metrics.true_positives).

    Args:
        labels, predictions: tensors of one shape, cast to bool.
        weights: a scalar, or a tensor of their rank; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the count so far, and the count with this batch: float32 scalars. The count is a local variable.
    """
    arguments = (labels, predictions, weights, metrics_collections, updates_collections, name)
    return _count("true_positives", True, True, *arguments)


def false_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The sum of the weights where only the prediction is true (API: tf.metrics.false_positives).

    Args:
        labels, predictions: tensors of one shape, cast to bool.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the count so far, and the count with this batch, which counts it: float32 scalars. The counts are local
        variables.
    """
    arguments = (labels, predictions, weights, metrics_collections, updates_collections, name)
    return _count("false_positives", False, True, *arguments)


def true_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The sum of the weights where label and prediction are false (API: tf.metrics.true_negatives).

    Args:
        labels, predictions: tensors of one shape, cast to bool.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the count so far, and the count with this batch, which counts it: float32 scalars. The counts are local
        variables.
    """
    arguments = (labels, predictions, weights, metrics_collections, updates_collections, name)
    return _count("true_negatives", False, False, *arguments)


def false_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The sum of the weights where only the label is true (API: tf.metrics.false_negatives).

    Args:
        labels, predictions: tensors of one shape, cast to bool.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the count so far, and the count with this batch, which counts it: float32 scalars. The counts are local
        variables.
    """
    arguments = (labels, predictions, weights, metrics_collections, updates_collections, name)
    return _count("false_negatives", True, False, *arguments)


def _count(
    function: str,
    label: bool,
    prediction: bool,
    labels: Any,
    predictions: Any,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    with variable_scope(name, function, [predictions, labels, weights]):
        predictions, labels, weights = _as_answers(predictions, labels, weights)
        hits = logical_and(equal(labels, label), equal(predictions, prediction))
        return _count_true(hits, weights, metrics_collections, updates_collections)


def _as_answers(predictions: Any, labels: Any, weights: Any) -> tuple[Tensor, Tensor, Any]:
    predictions = cast(predictions, dtypes.bool)
    return aligned(predictions, cast(labels, dtypes.bool), weights)


def _count_true(hits: Tensor, weights: Any, metrics_collections: Any, updates_collections: Any) -> Pair:
    assert_type(hits, dtypes.bool)
    count = metric_variable([], dtypes.float32, name="count")
    values = cast(hits, dtypes.float32)
    if weights is not None:
        with control_dependencies([assert_rank_in(weights, (0, rank_of(values)))]):
            weights = cast(weights, dtypes.float32)
            values = multiply(values, weights)
    value = listed(identity(count), metrics_collections)
    return value, listed(assign_add(count, reduce_sum(values)), updates_collections)


def precision(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Which part of the true predictions is right, 0 where there are none (API: tf.metrics.precision).

    Args:
        labels, predictions: tensors of one shape, cast to bool.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the precision so far, and the precision with this batch, which counts it: float32 scalars. The counts are local
        variables.
    """
    arguments = (labels, predictions, weights, metrics_collections, updates_collections, name)
    return _part_of_true("precision", false_positives, *arguments)


def recall(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Which part of the true labels is found, 0 where there are none (API: tf.metrics.recall).

    Args:
        labels, predictions: tensors of one shape, cast to bool.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the recall so far, and the recall with this batch, which counts it: float32 scalars. The counts are local
        variables.
    """
    arguments = (labels, predictions, weights, metrics_collections, updates_collections, name)
    return _part_of_true("recall", false_negatives, *arguments)


def _part_of_true(
    function: str,
    count_others: Callable[..., Pair],
    labels: Any,
    predictions: Any,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    with variable_scope(name, function, [predictions, labels, weights]):
        predictions, labels, weights = _as_answers(predictions, labels, weights)
        found, new_found = true_positives(labels, predictions, weights)
        others, new_others = count_others(labels, predictions, weights)
        counts, updates = [found, others], [new_found, new_others]
        return value_and_update(_part, counts, updates, metrics_collections, updates_collections)


def _part(found: Any, others: Any, name: str) -> Tensor:
    return where(greater(found + others, 0), divide(found, found + others), 0, name)

"""Counts of right and wrong answers for many thresholds at once (API: tf.metrics.precision_at_thresholds ...)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.metrics.arguments import aligned
from convflow.modeling.metrics.means import Pair
from convflow.modeling.metrics.state import listed, metric_variable
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.tile import tile
from convflow.ops.array.transpose import transpose
from convflow.ops.assert_compare import assert_greater_equal, assert_less_equal
from convflow.ops.math.arithmetic import divide
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater, logical_and, logical_not
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.state import assign_add
from convflow.ops.weights_broadcast import broadcast_weights

# The counts by their names, in the order in which they are made; whether label and prediction are true.
COUNTS = {
    "true_positives": (True, True),
    "false_negatives": (True, False),
    "true_negatives": (False, False),
    "false_positives": (False, True),
}
_EPSILON = 1e-7


def counts_at_thresholds(
    labels: Any, predictions: Any, thresholds: Sequence[float], weights: Any, wanted: Sequence[str] = tuple(COUNTS)
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Counts for each threshold: a prediction is true where it is above it.

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        weights: a scalar, or a tensor of their rank; None for 1.
        wanted: which of COUNTS.

    Returns:
        the variables, and what they are with this batch: float32, shape (thresholds,).

    Raises:
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    predictions = convert_to_tensor(predictions)
    with control_dependencies(_range_checks(predictions)):
        predictions = cast(predictions, dtypes.float32)
        predictions, labels, weights = aligned(predictions, cast(labels, dtypes.bool), weights)
    return counts_above(predictions, labels, thresholds, weights, wanted)


def counts_above(
    predictions: Tensor, labels: Any, thresholds: Sequence[float], weights: Any, wanted: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """`counts_at_thresholds` of any numbers, already aligned."""
    rows = len(thresholds)
    column = reshape(predictions, [-1, 1])
    truth = reshape(cast(labels, dtypes.bool), [1, -1])
    number: Any = column.shape[0].value
    if number is None:
        number = shape_of(column)[0]
    limits = tile(expand_dims(constant(thresholds), [1]), stack([1, number]))
    is_positive = greater(tile(transpose(column), [rows, 1]), limits)
    answers = {True: is_positive}
    if any(not COUNTS[name][1] for name in wanted):
        answers[False] = logical_not(is_positive)
    truths = {True: tile(truth, [rows, 1])}
    if any(not COUNTS[name][0] for name in wanted):
        truths[False] = logical_not(truths[True])
    if weights is not None:
        weights = broadcast_weights(cast(weights, dtypes.float32), predictions)
        weights = tile(reshape(weights, [1, -1]), [rows, 1])
    return _counted(truths, answers, weights, rows, wanted)


def _range_checks(predictions: Tensor) -> list[Any]:
    message = "predictions must be in [0, 1]"
    return [
        assert_greater_equal(predictions, cast(0.0, predictions.dtype), message=message),
        assert_less_equal(predictions, cast(1.0, predictions.dtype), message=message),
    ]


def _counted(
    truths: dict[bool, Tensor], answers: dict[bool, Tensor], weights: Any, rows: int, wanted: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    counts: dict[str, Any] = {}
    updates: dict[str, Tensor] = {}
    for name, (label, prediction) in COUNTS.items():
        if name in wanted:
            counts[name] = metric_variable([rows], dtypes.float32, name=name)
            hits: Any = cast(logical_and(truths[label], answers[prediction]), dtypes.float32)
            if weights is not None:
                hits = hits * weights
            updates[name] = assign_add(counts[name], reduce_sum(hits, 1))
    return counts, updates


def true_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The sum of the weights where the label is true and the prediction above a threshold (API of that name).

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        thresholds: a Python list of numbers from 0 to 1.
        weights: a scalar, or a tensor of their rank; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the counts so far, and the counts with this batch: float32, shape (thresholds,). They are local variables.

    Raises:
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    arguments = (labels, predictions, thresholds, weights, metrics_collections, updates_collections, name)
    return _one_count("true_positives", *arguments)


def false_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The sum of the weights where the label is true and the prediction not above a threshold.

    API: tf.metrics.false_negatives_at_thresholds.

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        thresholds: a Python list of numbers from 0 to 1.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the counts so far, and the counts with this batch: float32, shape (thresholds,). The counts are local variables.

    Raises:
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    arguments = (labels, predictions, thresholds, weights, metrics_collections, updates_collections, name)
    return _one_count("false_negatives", *arguments)


def true_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The sum of the weights where the label is false and the prediction not above a threshold.

    API: tf.metrics.true_negatives_at_thresholds.

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        thresholds: a Python list of numbers from 0 to 1.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the counts so far, and the counts with this batch: float32, shape (thresholds,). The counts are local variables.

    Raises:
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    arguments = (labels, predictions, thresholds, weights, metrics_collections, updates_collections, name)
    return _one_count("true_negatives", *arguments)


def false_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The sum of the weights where the label is false and the prediction above a threshold.

    API: tf.metrics.false_positives_at_thresholds.

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        thresholds: a Python list of numbers from 0 to 1.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the counts so far, and the counts with this batch: float32, shape (thresholds,). The counts are local variables.

    Raises:
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    arguments = (labels, predictions, thresholds, weights, metrics_collections, updates_collections, name)
    return _one_count("false_positives", *arguments)


def _one_count(
    which: str,
    labels: Any,
    predictions: Any,
    thresholds: Any,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    with variable_scope(name, which, [predictions, labels, weights]):
        counts, updates = counts_at_thresholds(labels, predictions, thresholds, weights, [which])
        value = listed(identity(counts[which]), metrics_collections)
        return value, listed(updates[which], updates_collections)


def precision_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Which part of what is above each threshold is right.

    API: tf.metrics.precision_at_thresholds.

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        thresholds: a Python list of numbers from 0 to 1.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the precisions so far, and the precisions with this batch: float32, shape (thresholds,). The counts are local
        variables.

    Raises:
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    arguments = (labels, predictions, thresholds, weights, metrics_collections, updates_collections, name)
    return _part_of_true("precision", "false_positives", *arguments)


def recall_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Which part of the true labels is above each threshold.

    API: tf.metrics.recall_at_thresholds.

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        thresholds: a Python list of numbers from 0 to 1.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the recalls so far, and the recalls with this batch: float32, shape (thresholds,). The counts are local
        variables.

    Raises:
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    arguments = (labels, predictions, thresholds, weights, metrics_collections, updates_collections, name)
    return _part_of_true("recall", "false_negatives", *arguments)


def _part_of_true(
    what: str,
    others: str,
    labels: Any,
    predictions: Any,
    thresholds: Any,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    def part(counts: dict[str, Any], ending: str) -> Tensor:
        found = counts["true_positives"]
        return divide(found, _EPSILON + found + counts[others], name=f"{what}_{ending}")

    with variable_scope(name, f"{what}_at_thresholds", [predictions, labels, weights]):
        wanted = ["true_positives", others]
        counts, updates = counts_at_thresholds(labels, predictions, thresholds, weights, wanted)
        value = listed(part(counts, "value"), metrics_collections)
        return value, listed(part(updates, "update_op"), updates_collections)

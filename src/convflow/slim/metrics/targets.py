"""Precision, recall and points of curves at thresholds (API: slim.metrics.recall_at_precision and its kin)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.metrics.arguments import check_same_shape
from convflow.modeling.metrics.curves import curve_points, spread_thresholds
from convflow.modeling.metrics.state import listed, metric_variable
from convflow.modeling.metrics.thresholds import counts_at_thresholds
from convflow.modeling.variables.scope import variable_scope
from convflow.ops import state
from convflow.ops.array.constant import fill
from convflow.ops.array.gather import unsorted_segment_sum
from convflow.ops.array.identity import group, identity
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import lin_space
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.assert_compare import assert_greater_equal, assert_less_equal
from convflow.ops.math.argmax import argmin
from convflow.ops.math.arithmetic import divide, maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater_equal
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import floor
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_any, reduce_sum
from convflow.ops.math.scan import cumsum
from convflow.ops.math.select import where
from convflow.ops.weights_broadcast import broadcast_weights

Pair = tuple[Any, Any]
Counts = dict[str, Any]
_MARGIN = 1e-7


class PrecisionRecallData(NamedTuple):
    """What `precision_recall_at_equal_thresholds` counts, a number for each threshold."""

    tp: Tensor
    fp: Tensor
    tn: Tensor
    fn: Tensor
    precision: Tensor
    recall: Tensor
    thresholds: Tensor


def recall_at_precision(
    labels: Any,
    predictions: Any,
    precision: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
    strict_mode: bool = False,
) -> Pair:
    """The recall at the threshold whose precision is nearest to the one given.

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        precision: which part of what is taken should be right, from 0 to 1.
        weights: a scalar, or a tensor of their rank; 1 by default.
        num_thresholds: how many thresholds, evenly spread.
        metrics_collections, updates_collections: collections for the value and the update.
        name: of the scope.
        strict_mode: takes only thresholds with that precision at least; the recall is 0 if there is none.

    Raises:
        ValueError: `precision` is below 0 or above 1.
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    _check_part("precision", precision)

    def compute(counts: Counts, ending: str) -> Tensor:
        found, wrong, missed = (counts[key] for key in ("true_positives", "false_positives", "false_negatives"))
        difference = divide(found, found + wrong + _MARGIN) - precision
        reached = greater_equal(difference, 0.0)
        distance = (
            where(reached, difference, fill(shape_of(difference), float("inf")))
            if strict_mode
            else absolute(difference)
        )
        index = cast(argmin(distance, 0), dtypes.int32)
        recall = divide(found[index], found[index] + missed[index] + _MARGIN, ending)
        return recall * cast(reduce_any(reached), dtypes.float32) if strict_mode else recall

    return _at_thresholds("recall_at_precision", labels, predictions, weights, num_thresholds, compute)(
        metrics_collections, updates_collections, name
    )


def precision_at_recall(
    labels: Any,
    predictions: Any,
    target_recall: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The precision at the highest threshold whose recall is at least the one given.

    Args:
        target_recall: which part of what is true should be found, from 0 to 1.

    The others: see `recall_at_precision`.
    """
    _check_part("target_recall", target_recall)

    def compute(counts: Counts, ending: str) -> Tensor:
        found, wrong, missed = (counts[key] for key in ("true_positives", "false_positives", "false_negatives"))
        reached = greater_equal(div_no_nan(found, found + missed), target_recall)
        # The recall falls with the threshold: the last that reaches the target is where the counting of them ends.
        index = maximum(reduce_sum(cast(reached, dtypes.int32)) - 1, 0)
        return div_no_nan(found[index], found[index] + wrong[index], ending)

    return _at_thresholds("precision_at_recall", labels, predictions, weights, num_thresholds, compute)(
        metrics_collections, updates_collections, name
    )


def streaming_curve_points(
    labels: Any = None,
    predictions: Any = None,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
) -> Pair:
    """The points of the ROC or precision-recall curve, float32 (thresholds, 2).

    Args:
        curve: "ROC" for (false positive rate, recall), "PR" for (recall, precision).

    The others: see `recall_at_precision`.

    Raises:
        ValueError: another curve.
    """
    if curve not in ("ROC", "PR"):
        raise ValueError(f"curve must be either ROC or PR, {curve} unknown")

    def compute(counts: Counts, ending: str) -> Tensor:
        return stack(list(curve_points(counts, curve)), axis=1, name=ending)

    return _at_thresholds("curve_points", labels, predictions, weights, num_thresholds, compute)(
        metrics_collections, updates_collections, name
    )


def _at_thresholds(
    scope: str, labels: Any, predictions: Any, weights: Any, number: int, compute: Callable[[Counts, str], Tensor]
) -> Callable[[Any, Any, str | None], Pair]:
    def made(metrics: Any, updated: Any, name: str | None) -> Pair:
        with variable_scope(name, scope, [labels, predictions, weights]):
            counts, updates = counts_at_thresholds(labels, predictions, spread_thresholds(number), weights)
            value = listed(compute(counts, "value"), metrics)
            return value, listed(compute(updates, "update_op"), updated)

    return made


def _check_part(what: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"`{what}` must be in the range [0, 1]. Currently, `{what}` is {value}.")


def precision_recall_at_equal_thresholds(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int | None = None,
    use_locking: bool | None = None,
    name: str | None = None,
) -> Pair:
    """Counts, precision and recall at evenly spread thresholds, in time that does not grow with their number.

    Each prediction falls into one interval between thresholds; the counts are sums over the intervals above.

    Args:
        labels: bool.
        predictions: floating, from 0 to 1, of the shape of `labels`.
        weights: a scalar, or a tensor that stretches to them; 1 by default.
        num_thresholds: 201 if None.
        use_locking: updates never interleave here.
        name: of the scope.

    Returns:
        a `PrecisionRecallData` of tensors (thresholds,) of the predictions' dtype, and an operation that takes a batch.

    Raises:
        ValueError: labels that are not bool, shapes that differ, or fewer than two thresholds.
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    predictions, labels = convert_to_tensor(predictions), convert_to_tensor(labels)
    if labels.dtype.base_dtype != dtypes.bool:
        raise ValueError(f"precision_recall_at_equal_thresholds: labels must be bool, not {labels.dtype.name}.")
    check_same_shape("predictions", predictions, "labels", labels)
    number = 201 if num_thresholds is None else num_thresholds
    if number < 2:
        raise ValueError(f"precision_recall_at_equal_thresholds: num_thresholds must be 2 or more, not {number}.")
    dtype = predictions.dtype.base_dtype
    with variable_scope(name, "precision_recall_at_equal_thresholds", [labels, predictions, weights]):
        checks = [
            assert_greater_equal(predictions, cast(0.0, dtype), message="predictions must be in [0, 1]"),
            assert_less_equal(predictions, cast(1.0, dtype), message="predictions must be in [0, 1]"),
        ]
        with control_dependencies(checks):
            places = reshape(cast(floor(predictions * cast(number - 1, dtype)), dtypes.int32), [-1])
        weights = cast(1.0 if weights is None else weights, dtype)
        weight = reshape(broadcast_weights(weights, predictions), [-1])
        truth = cast(reshape(labels, [-1]), dtype)
        with variable_scope("variables"):
            right: Any = metric_variable([number], dtype, name="tp_buckets")
            wrong: Any = metric_variable([number], dtype, name="fp_buckets")
        added = [
            state.assign_add(right, unsorted_segment_sum(weight * truth, places, number)),
            state.assign_add(wrong, unsorted_segment_sum(weight * (cast(1.0, dtype) - truth), places, number)),
        ]
        update = group(*added, name="update_op")
        return _equal_thresholds(identity(right), identity(wrong), number, dtype), update


def _equal_thresholds(right: Any, wrong: Any, number: int, dtype: Any) -> PrecisionRecallData:
    tp, fp = cumsum(right, reverse=True), cumsum(wrong, reverse=True)
    tn, fn = fp[0] - fp, tp[0] - tp
    thresholds = cast(lin_space(0.0, 1.0, number), dtype)
    return PrecisionRecallData(tp, fp, tn, fn, div_no_nan(tp, tp + fp), div_no_nan(tp, tp + fn), thresholds)

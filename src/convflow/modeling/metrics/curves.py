"""Areas under curves, and single points of them (API: tf.metrics.auc, sensitivity_at_specificity ...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.logging import get_logger
from convflow.graph.operation import Tensor
from convflow.modeling.metrics.means import Pair
from convflow.modeling.metrics.state import listed
from convflow.modeling.metrics.thresholds import counts_at_thresholds
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.constant import ones_like
from convflow.ops.math.argmax import argmax, argmin
from convflow.ops.math.arithmetic import divide, maximum, minimum, multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, logical_and
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import log
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_min, reduce_sum
from convflow.ops.math.scan import cumsum
from convflow.ops.math.select import where

# Keeps the first threshold below 0 and the last above 1, so that nothing is on them.
_MARGIN = 1e-7
_EPSILON = 1e-6
Counts = dict[str, Any]


def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds: Any = None,
) -> Pair:
    """The area under the ROC or the precision-recall curve, from its points at thresholds (API: tf.metrics.auc).

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        weights: a scalar, or a tensor of their rank; 1 by default.
        num_thresholds: how many thresholds, evenly spread.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        curve: "ROC": recall over false positive rate; "PR": precision over recall.
        name: of the scope.
        summation_method: "trapezoidal"; "minoring" and "majoring", lower and upper sums; "careful_interpolation"
            for PR, which does not draw straight lines between the points (Davis and Goadrich 2006).
        thresholds: numbers between 0 and 1 to use instead; `num_thresholds` is ignored.

    Returns:
        the area so far, and the area with this batch: float32 scalars. The counts are local variables.

    Raises:
        ValueError: no such curve or method.
        InvalidArgumentError: predictions below 0 or above 1, when run.
    """
    with variable_scope(name, "auc", [labels, predictions, weights]):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"Curve must be either ROC or PR. Curve {curve} is unknown.")
        limits = spread_thresholds(num_thresholds) if thresholds is None else _with_ends(sorted(thresholds))
        counts, updates = counts_at_thresholds(labels, predictions, limits, weights)
        value = listed(_area(counts, len(limits), curve, summation_method, "value"), metrics_collections)
        update = _area(updates, len(limits), curve, summation_method, "update_op")
        return value, listed(update, updates_collections)


def spread_thresholds(number: int, last: float = 1.0 + _MARGIN) -> list[float]:
    """`number` thresholds from just below 0 to `last`, evenly spread."""
    return _with_ends([(i + 1) * 1.0 / (number - 1) for i in range(number - 2)], last)


def _with_ends(inner: list[float], last: float = 1.0 + _MARGIN) -> list[float]:
    return [0.0 - _MARGIN, *inner, last]


def _area(counts: Counts, number: int, curve: str, method: str, name: str) -> Tensor:
    last = number - 1
    if curve == "PR" and method == "trapezoidal":
        get_logger().warning(
            'Trapezoidal rule is known to produce incorrect PR-AUCs; please switch to "careful_interpolation" instead.'
        )
    if curve == "PR" and method == "careful_interpolation":
        return _interpolated_area(counts, last)
    x, y = curve_points(counts, curve)
    if method in ("trapezoidal", "careful_interpolation"):
        # Under the ROC curve straight lines are right.
        widths = x[:last] - x[1:]
        heights = (y[:last] + y[1:]) / 2.0
        return reduce_sum(multiply(widths, heights), name=name)
    extreme = {"minoring": minimum, "majoring": maximum}.get(method)
    if extreme is None:
        raise ValueError(
            f"Invalid summation_method: {method} summation_method should be 'trapezoidal', 'careful_interpolation', "
            "'minoring', or 'majoring'."
        )
    return reduce_sum(multiply(x[:last] - x[1:], extreme(y[:last], y[1:])), name=name)


def curve_points(counts: Counts, curve: str) -> tuple[Any, Any]:
    """The points of the ROC ("ROC") or the precision-recall curve ("PR"), one for each threshold."""
    found, missed = counts["true_positives"], counts["false_negatives"]
    recalls = divide(found + _EPSILON, found + missed + _EPSILON)
    wrong = counts["false_positives"]
    if curve == "ROC":
        return divide(wrong, wrong + counts["true_negatives"] + _EPSILON), recalls
    return recalls, divide(found + _EPSILON, found + wrong + _EPSILON)


def _interpolated_area(counts: Counts, last: int) -> Tensor:
    """Between two points the counts, not the precision, are taken to grow linearly: a logarithm."""
    found, wrong, missed = counts["true_positives"], counts["false_positives"], counts["false_negatives"]
    gained = found[:last] - found[1:]
    taken = found + wrong
    slope = div_no_nan(gained, maximum(taken[:last] - taken[1:], 0), name="prec_slope")
    intercept = found[1:] - multiply(slope, taken[1:])
    some_taken = logical_and(taken[:last] > 0, taken[1:] > 0)
    ratio = div_no_nan(taken[:last], maximum(taken[1:], 0), name="recall_relative_ratio")
    safe_ratio = where(some_taken, ratio, ones_like(taken[1:]))
    area = slope * (gained + intercept * log(safe_ratio))
    parts = div_no_nan(area, maximum(found[1:] + missed[1:], 0), name="pr_auc_increment")
    return reduce_sum(parts, name="interpolate_pr_auc")


def sensitivity_at_specificity(
    labels: Any,
    predictions: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The recall at the threshold where the specificity is nearest to the one given (API of that name).

    Args:
        specificity: which part of the false labels should be found, from 0 to 1.
        labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, name: as for `auc`.

    Raises:
        ValueError: `specificity` is below 0 or above 1.
    """
    _check_part("specificity", specificity)

    def compute(counts: Counts, ending: str) -> Tensor:
        right, wrong = counts["true_negatives"], counts["false_positives"]
        specificities = divide(right, right + wrong + _MARGIN)
        index = cast(argmin(absolute(specificities - specificity), 0), dtypes.int32)
        found, missed = counts["true_positives"], counts["false_negatives"]
        return _part_at(found, missed, index, ending)

    with variable_scope(name, "sensitivity_at_specificity", [predictions, labels, weights]):
        counts, updates = counts_at_thresholds(labels, predictions, spread_thresholds(num_thresholds), weights)
        value = listed(compute(counts, "value"), metrics_collections)
        return value, listed(compute(updates, "update_op"), updates_collections)


def specificity_at_sensitivity(
    labels: Any,
    predictions: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The specificity at the last threshold where the recall is nearest to the one given (API of that name).

    Args:
        sensitivity: which part of the true labels should be found, from 0 to 1.
        labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, name: as for `auc`.

    Raises:
        ValueError: `sensitivity` is below 0 or above 1.
    """
    _check_part("sensitivity", sensitivity)

    def compute(counts: Counts, ending: str) -> Tensor:
        found, missed = counts["true_positives"], counts["false_negatives"]
        sensitivities = divide(found, found + missed + _MARGIN)
        nearest = reduce_min(absolute(sensitivities - sensitivity))
        is_nearest = equal(absolute(sensitivities - sensitivity), nearest)
        # The running sum has its first maximum where the last of the nearest is.
        index = cast(argmax(cumsum(cast(is_nearest, dtypes.int64)), 0), dtypes.int32)
        return _part_at(counts["true_negatives"], counts["false_positives"], index, ending)

    with variable_scope(name, "specificity_at_sensitivity", [predictions, labels, weights]):
        # Here, and only here, TensorFlow's last threshold is below 1.
        limits = spread_thresholds(num_thresholds, last=1.0 - _MARGIN)
        counts, updates = counts_at_thresholds(labels, predictions, limits, weights)
        value = listed(compute(counts, "value"), metrics_collections)
        return value, listed(compute(updates, "update_op"), updates_collections)


def _check_part(what: str, value: float) -> None:
    if value < 0 or value > 1:
        raise ValueError(f"`{what}` must be in the range [0, 1]. Currently, `{what}` is {value}.")


def _part_at(right: Any, wrong: Any, index: Tensor, name: str) -> Tensor:
    return divide(right[index], right[index] + wrong[index] + _MARGIN, name=name)

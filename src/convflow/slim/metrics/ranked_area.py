"""Areas under curves of every score as its own threshold (API: slim.metrics.streaming_dynamic_auc and its kin)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collections, control_dependencies
from convflow.modeling.metrics.arguments import aligned, check_same_shape
from convflow.modeling.metrics.state import listed
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like, zeros
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sort import argsort, searchsorted
from convflow.ops.array.strided_slice import boolean_mask
from convflow.ops.assertion import assert_
from convflow.ops.control_flow import cond
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater_equal, less_equal, logical_and, not_equal
from convflow.ops.math.elementwise import log, sigmoid, sqrt, square
from convflow.ops.math.error_function import ndtri
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_all, reduce_sum
from convflow.ops.math.scan import cumsum
from convflow.slim.metrics.concat import streaming_concat

Pair = tuple[Any, Any]
_WRONG_LABEL = "labels must be 0 or 1, at least one is {}"


class AucWithConfidenceIntervalData(NamedTuple):
    """An area and its confidence interval, float32 scalars."""

    auc: Tensor
    lower: Tensor
    upper: Tensor


def streaming_dynamic_auc(
    labels: Any,
    predictions: Any,
    curve: str = "ROC",
    metrics_collections: Any = (),
    updates_collections: Any = (),
    name: str | None = None,
    weights: Any = None,
) -> Pair:
    """The area under the curve of all predictions so far, exactly: every one is a threshold.

    All of them are kept: memory grows with the data.

    Args:
        labels: 0 or 1, of the shape of `predictions`.
        predictions: any numbers.
        curve: "ROC" or "PR".
        metrics_collections, updates_collections: collections for the value and the update.
        name: of the scope.
        weights: of each, of their shape; 1 by default.

    Returns:
        the area, and an operation that takes a batch; 0 where all labels are the same.

    Raises:
        ValueError: another curve, or shapes that differ.
        InvalidArgumentError: (when run) labels other than 0 and 1.
    """
    if curve not in ("ROC", "PR"):
        raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
    with variable_scope(name, "dynamic_auc"):
        kept, update = _kept(labels, predictions, weights)
        area = _where_both(kept, lambda: _area(*kept, curve))
        return listed(area, metrics_collections), listed(update, updates_collections)


def auc_with_confidence_intervals(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    alpha: float = 0.95,
    logit_transformation: bool = True,
    metrics_collections: Any = (),
    updates_collections: Any = (),
    name: str | None = None,
) -> Pair:
    """The area under the ROC curve of all predictions so far and its confidence interval.

    The variance is that of the placements of each class among the other (DeLong, DeLong and Clarke-Pearson 1988).

    Args:
        labels, predictions, weights, metrics_collections, updates_collections, name: as for `streaming_dynamic_auc`.
        alpha: how much of the distribution the interval holds.
        logit_transformation: whether the interval is one of the area's logit, so that it stays between 0 and 1.

    Returns:
        `auc`, `lower` and `upper`, and an operation that takes a batch. All are 0 where a class weighs less than 1;
        areas of 0 and 1 have no interval.
    """
    with variable_scope(name, "auc_with_confidence_intervals"):
        kept, update = _kept(labels, predictions, weights)
        enough = _where_both(kept, lambda: _interval(*kept, alpha, logit_transformation), least=1.0, results=3)
        result = AucWithConfidenceIntervalData(*enough)
        add_to_collections(metrics_collections, result)
        return result, listed(update, updates_collections)


def _kept(labels: Any, predictions: Any, weights: Any) -> tuple[tuple[Any, Any, Any], Any]:
    """Labels, predictions and weights of all batches as float64 vectors, and what takes a batch."""
    predictions, labels, weights = aligned(predictions, convert_to_tensor(labels), weights)
    check_same_shape("predictions", predictions, "labels", labels)
    checks = [
        assert_(reduce_all(greater_equal(labels, cast(0, labels.dtype))), [_WRONG_LABEL.format("<0"), labels]),
        assert_(reduce_all(less_equal(labels, cast(1, labels.dtype))), [_WRONG_LABEL.format(">1"), labels]),
    ]
    with control_dependencies(checks):
        columns = {"concat_labels": reshape(labels, [-1]), "concat_preds": reshape(predictions, [-1])}
        if weights is not None:
            columns["concat_weights"] = reshape(weights * ones_like(predictions, dtype=weights.dtype), [-1])
    joined = [streaming_concat(column, name=name) for name, column in columns.items()]
    values = [cast(value, dtypes.float64) for value, _ in joined]
    if weights is None:
        values.append(ones_like(values[0]))
    with control_dependencies([update for _, update in joined]):
        update = identity(joined[0][1])
    return (values[0], values[1], values[2]), update


def _where_both(kept: tuple[Any, Any, Any], compute: Any, least: float = 0.0, results: int = 1) -> Any:
    """What is computed where both classes weigh something, and `least` at least; 0 elsewhere."""
    labels, _, weights = kept
    positives, negatives = reduce_sum(weights * labels), reduce_sum(weights * (1.0 - labels))
    some = logical_and(
        logical_and(greater_equal(positives, least), greater_equal(negatives, least)),
        not_equal(positives * negatives, 0.0),
    )
    nothing = zeros([], dtypes.float32)
    return cond(some, compute, lambda: nothing if results == 1 else [nothing] * results)


def _area(labels: Any, predictions: Any, weights: Any, curve: str) -> Tensor:
    order = argsort(predictions, direction="DESCENDING", stable=True)
    scores, truths, weights = gather(predictions, order), gather(labels, order), gather(weights, order)
    # Equal scores are one threshold: its point is that of the last of them.
    is_last = concat([not_equal(scores[1:], scores[:-1]), [True]], 0)
    found = boolean_mask(cumsum(weights * truths), is_last)
    wrong = boolean_mask(cumsum(weights * (1.0 - truths)), is_last)
    if curve == "ROC":
        x, y, start = wrong / wrong[-1], found / found[-1], 0.0
    else:
        x, y, start = found / found[-1], div_no_nan(found, found + wrong), 1.0
    x = concat([[cast(0.0, dtypes.float64)], x], 0)
    y = concat([[cast(start, dtypes.float64)], y], 0)
    return cast(reduce_sum((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2.0), dtypes.float32)


def _interval(labels: Any, predictions: Any, weights: Any, alpha: float, logit: bool) -> list[Tensor]:
    negative, positive = weights * (1.0 - labels), weights * labels
    total_negative, total_positive = reduce_sum(negative), reduce_sum(positive)
    order = argsort(predictions, stable=True)
    scores = gather(predictions, order)
    below = _weight_below(scores, gather(negative, order), predictions) / total_negative
    above = 1.0 - _weight_below(scores, gather(positive, order), predictions) / total_positive
    auc = reduce_sum(positive * below) / total_positive
    variance = _mean_variance(positive, below, auc, total_positive) + _mean_variance(
        negative, above, auc, total_negative
    )
    lower, upper = cond(
        logical_and(not_equal(auc, 0.0), not_equal(auc, 1.0)),
        lambda: _bounds(auc, sqrt(variance), alpha, logit),
        lambda: [identity(auc), identity(auc)],
    )
    return [cast(one, dtypes.float32) for one in (auc, lower, upper)]


def _weight_below(scores: Any, weights: Any, predictions: Any) -> Any:
    """The weight below each prediction, that of equal ones by half; `scores` are sorted, `weights` theirs."""
    until = concat([[cast(0.0, dtypes.float64)], cumsum(weights)], 0)
    less = gather(until, searchsorted(scores, predictions, side="left"))
    not_more = gather(until, searchsorted(scores, predictions, side="right"))
    return (less + not_more) / 2.0


def _mean_variance(weights: Any, placements: Any, mean: Any, total: Any) -> Any:
    """The variance of the mean of a class's placements."""
    return div_no_nan(reduce_sum(weights * square(placements - mean)), (total - 1.0) * total)


def _bounds(auc: Any, deviation: Any, alpha: float, logit: bool) -> list[Any]:
    quantile = ndtri(cast(0.5 + alpha / 2.0, dtypes.float64))
    if not logit:
        return [auc - quantile * deviation, auc + quantile * deviation]
    centre = log(auc / (1.0 - auc))
    spread = quantile * deviation / (auc * (1.0 - auc))
    return [sigmoid(centre - spread), sigmoid(centre + spread)]

"""Rates and counts of wrong answers (API: slim.metrics.streaming_false_positive_rate, f1_score, count ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.scopes import control_dependencies
from convflow.modeling.metrics import counts, thresholds
from convflow.modeling.metrics.arguments import aligned
from convflow.modeling.metrics.state import listed, metric_variable, value_and_update
from convflow.modeling.variables.scope import variable_scope
from convflow.ops import state
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import size
from convflow.ops.math.arithmetic import div
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater
from convflow.ops.math.reduce import reduce_max, reduce_sum
from convflow.ops.math.select import where
from convflow.ops.weights_broadcast import broadcast_weights

Pair = tuple[Any, Any]
_EPSILON = 1e-7


def _rate(what: str, wrong: Callable[..., Pair], right: Callable[..., Pair]) -> Callable[..., Pair]:
    def function(
        predictions: Any,
        labels: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Pair:
        with variable_scope(name, what, [predictions, labels, weights]):
            answers, truths, weights = aligned(cast(predictions, dtypes.bool), cast(labels, dtypes.bool), weights)
            wrong_count, wrong_update = wrong(truths, answers, weights)
            right_count, right_update = right(truths, answers, weights)
            return value_and_update(
                _part, [wrong_count, right_count], [wrong_update, right_update], metrics_collections,
                updates_collections,
            )  # fmt: skip

    function.__name__ = function.__qualname__ = f"streaming_{what}"
    function.__doc__ = f"""The {what.replace("_", " ")} over all batches (API: slim.metrics.streaming_{what}).

    Args:
        predictions, labels: cast to bool, of the same shape.
        weights: a scalar, or a tensor that stretches to them.
        metrics_collections, updates_collections: collections for the value and the update.
    """
    return function


def _part(wrong: Any, right: Any, name: str) -> Any:
    return where(greater(wrong + right, 0), div(wrong, wrong + right), 0.0, name)


streaming_false_positive_rate = _rate("false_positive_rate", counts.false_positives, counts.true_negatives)
streaming_false_negative_rate = _rate("false_negative_rate", counts.false_negatives, counts.true_positives)


def _count_above(which: str) -> Callable[..., Pair]:
    def function(predictions: Any, labels: Any, thresholds: Any, weights: Any = None) -> Pair:
        variables, updates = _counts(predictions, labels, thresholds, weights, (which,))
        return variables[which], updates[which]

    function.__name__ = function.__qualname__ = f"streaming_{which}_at_thresholds"
    function.__doc__ = f"""{which.replace("_", " ").capitalize()} by threshold (API: slim.metrics.{function.__name__}).

    Args:
        predictions: numbers.
        labels: cast to bool, of the same shape.
        thresholds: a list; a prediction is positive where it is above one.
        weights: a scalar, or a tensor that stretches to the predictions.
    """
    return function


def _counts(predictions: Any, labels: Any, limits: Any, weights: Any, wanted: tuple[str, ...]) -> Any:
    predictions, labels, weights = aligned(predictions, labels, weights)
    return thresholds.counts_above(predictions, labels, limits, weights, wanted)


streaming_true_positives_at_thresholds = _count_above("true_positives")
streaming_true_negatives_at_thresholds = _count_above("true_negatives")
streaming_false_positives_at_thresholds = _count_above("false_positives")
streaming_false_negatives_at_thresholds = _count_above("false_negatives")


def _rate_at_thresholds(what: str, short: str, wrong: str, right: str) -> Callable[..., Pair]:
    def function(
        predictions: Any,
        labels: Any,
        thresholds: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Pair:
        with variable_scope(name, f"{what}_at_thresholds", [predictions, labels, weights]):
            variables, updates = _counts(predictions, labels, thresholds, weights, (wrong, right))

            def part(bad: Any, good: Any, which: str) -> Any:
                return div(bad, _EPSILON + bad + good, name=f"{short}_{which}")

            return value_and_update(
                part, [variables[wrong], variables[right]], [updates[wrong], updates[right]], metrics_collections,
                updates_collections,
            )  # fmt: skip

    function.__name__ = function.__qualname__ = f"streaming_{what}_at_thresholds"
    function.__doc__ = f"""The {what.replace("_", " ")} for each threshold (API: slim.metrics.{function.__name__}).

    Args:
        predictions: numbers.
        labels: cast to bool, of the same shape.
        thresholds: a list; a prediction is positive where it is above one.
        weights: a scalar, or a tensor that stretches to the predictions.
        metrics_collections, updates_collections: collections for the value and the update.
        name: of the scope.

    Returns:
        the rates so far, and the rates with this batch: float32, shape (thresholds,).
    """
    return function


streaming_false_positive_rate_at_thresholds = _rate_at_thresholds(
    "false_positive_rate", "fpr", "false_positives", "true_negatives"
)
streaming_false_negative_rate_at_thresholds = _rate_at_thresholds(
    "false_negative_rate", "fnr", "false_negatives", "true_positives"
)


def f1_score(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The best harmonic mean of precision and recall over thresholds (API: slim.metrics.f1_score).

    Args:
        labels: cast to bool, of the shape of `predictions`.
        predictions: numbers from 0 to 1.
        weights: a scalar, or a tensor that stretches to the predictions.
        num_thresholds: how many thresholds, evenly from 0 to 1.
        metrics_collections, updates_collections: collections for the value and the update.
    """
    inner = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
    limits = [-_EPSILON, *inner, 1.0 + _EPSILON]
    with variable_scope(name, "f1", [labels, predictions, weights]):
        predictions, labels, weights = aligned(predictions, labels, weights)
        wanted = ("true_positives", "false_positives", "false_negatives")
        variables, updates = thresholds.counts_at_thresholds(labels, predictions, limits, weights, wanted)
        value = _best_f1(variables, "value")
        update = _best_f1(updates, "update")
        return listed(value, metrics_collections), listed(update, updates_collections)


def _best_f1(counted: dict[str, Any], name: str) -> Any:
    hits, wrong, missed = (counted[key] for key in ("true_positives", "false_positives", "false_negatives"))
    precision: Any = div(hits, _EPSILON + hits + wrong, name=f"precision_{name}")
    recall = div(hits, _EPSILON + hits + missed, name=f"recall_{name}")
    return reduce_max(2.0 * precision * recall / (precision + recall + _EPSILON))


def count(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """How many values were seen, or the sum of their weights (API: slim.metrics.count).

    Args:
        weights: a scalar, or a tensor that stretches to the values.
        metrics_collections, updates_collections: collections for the value and the update.
    """
    with variable_scope(name, "count", [values, weights]):
        total = metric_variable([], dtypes.float32, name="count")
        if weights is None:
            number = cast(size(values), dtypes.float32)
        else:
            values, _, weights = aligned(cast(values, dtypes.float32), None, weights)
            number = reduce_sum(broadcast_weights(cast(weights, dtypes.float32), values))
        with control_dependencies([values]):
            update = state.assign_add(total, number)
        return listed(identity(total), metrics_collections), listed(update, updates_collections)

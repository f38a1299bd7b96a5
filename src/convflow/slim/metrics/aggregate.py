"""Several metrics in one go, and the accuracy of one batch (API: slim.metrics.aggregate_metric_map, accuracy)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.constant import ones_like
from convflow.ops.math.arithmetic import div, multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.reduce import reduce_mean, reduce_sum


def aggregate_metrics(*value_update_tuples: tuple[Any, Any]) -> tuple[list[Any], list[Any]]:
    """The values and the updates of metrics as two lists (API: slim.metrics.aggregate_metrics).

    Args:
        value_update_tuples: what metrics return: pairs of a value and its update.

    Returns:
        the list of the values, and the list of the updates.

    Raises:
        ValueError: no metrics.
    """
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair, as every metric returns.")
    values, updates = zip(*value_update_tuples, strict=True)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples: dict[str, tuple[Any, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values and the updates of metrics by name (API: slim.metrics.aggregate_metric_map).

    Args:
        names_to_tuples: {name: what a metric returns}.
    """
    values = {name: value for name, (value, _) in names_to_tuples.items()}
    return values, {name: update for name, (_, update) in names_to_tuples.items()}


def accuracy(predictions: Any, labels: Any, weights: Any = None, name: str | None = None) -> Tensor:
    """How much of a batch is predicted rightly; nothing is kept between runs (API: slim.metrics.accuracy).

    Args:
        predictions, labels: integers, bools or texts of the same shape.
        weights: how much each counts.

    Raises:
        ValueError: other types, or two.
    """
    if not (labels.dtype.is_integer or labels.dtype in (dtypes.bool, dtypes.string)):
        raise ValueError(f"Labels should have bool, integer, or string dtype, not {labels.dtype!r}. Use tf.cast.")
    if not labels.dtype.is_compatible_with(predictions.dtype):
        raise ValueError(
            f"Dtypes of predictions and labels should match. Given: predictions ({predictions.dtype!r}) and labels "
            f"({labels.dtype!r}). Use tf.cast."
        )
    with name_scope(name, "accuracy", [predictions, labels]):
        is_correct = cast(equal(predictions, labels), dtypes.float32)
        if weights is None:
            return reduce_mean(is_correct)
        is_correct = multiply(is_correct, weights)
        total = multiply(weights, ones_like(is_correct))
        return div(reduce_sum(is_correct), reduce_sum(total))

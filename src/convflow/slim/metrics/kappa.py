"""Agreement beyond chance (API: slim.metrics.cohen_kappa)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.metrics.arguments import aligned
from convflow.modeling.metrics.state import listed, metric_variable
from convflow.modeling.variables.scope import variable_scope
from convflow.ops import state
from convflow.ops.array.diag import diag_part
from convflow.ops.array.reshape import reshape
from convflow.ops.math.cast import cast
from convflow.ops.math.confusion_matrix import confusion_matrix
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_sum

Pair = tuple[Any, Any]


def cohen_kappa(
    labels: Any,
    predictions_idx: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """How much labels and predictions agree beyond what chance makes agree (Cohen 1960).

    Args:
        labels, predictions_idx: numbers of classes, shape (batch,) or (batch, 1).
        num_classes: how many there are.
        weights: of each example, shape (batch,) or (batch, 1); 1 by default.
        metrics_collections, updates_collections: collections for the value and the update.
        name: of the scope.

    Returns:
        1 for complete agreement, 0 for that of chance, float64 scalars: so far, and with this batch.

    Raises:
        ValueError: fewer than two classes, or shapes that differ.
    """
    if num_classes < 2:
        raise ValueError(f"cohen_kappa: num_classes must be 2 or more, not {num_classes}.")
    with variable_scope(name, "cohen_kappa", (labels, predictions_idx, weights)):
        labels, predictions = _column(labels, "labels"), _column(predictions_idx, "predictions_idx")
        predictions, labels, weights = aligned(
            predictions, labels, None if weights is None else _column(weights, "weights")
        )
        dtype = dtypes.int64 if weights is None else dtypes.float32
        agreed: Any = metric_variable([num_classes], dtype, name="po")
        rows: Any = metric_variable([num_classes], dtype, name="pe_row")
        columns: Any = metric_variable([num_classes], dtype, name="pe_col")
        counts = confusion_matrix(labels, predictions, num_classes=num_classes, weights=weights, dtype=dtype)
        updates = [
            state.assign_add(agreed, diag_part(counts)),
            state.assign_add(rows, reduce_sum(counts, axis=0)),
            state.assign_add(columns, reduce_sum(counts, axis=1)),
        ]
        value = listed(_kappa(agreed, rows, columns, "value"), metrics_collections)
        return value, listed(_kappa(updates[0], updates[1], updates[2], "update_op"), updates_collections)


def _column(tensor: Any, what: str) -> Tensor:
    tensor = convert_to_tensor(tensor)
    if tensor.shape.rank == 2:
        if not tensor.shape[1].is_compatible_with(1):
            raise ValueError(f"cohen_kappa: {what} has shape {tensor.shape}; it must be (batch,) or (batch, 1).")
        return reshape(tensor, [-1])
    return tensor


def _kappa(agreed: Any, rows: Any, columns: Any, name: str) -> Tensor:
    by_row, by_column = cast(rows, dtypes.float64), cast(columns, dtypes.float64)
    total = reduce_sum(by_row)
    chance = reduce_sum(div_no_nan(by_row * by_column, total))
    return div_no_nan(reduce_sum(cast(agreed, dtypes.float64)) - chance, total - chance, name=name)

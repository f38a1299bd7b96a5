"""A last dimension of size 1 that labels have and predictions have not, or the other way round."""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.reshape import squeeze
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.control_flow import cond
from convflow.ops.math.comparison import equal


def remove_squeezable_dimensions(
    labels: Any, predictions: Any, expected_rank_diff: int = 0, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Labels and predictions, one of them without its last dimension of size 1 if only then the ranks fit.

    Where a rank is unknown, that is decided in each run.

    Args:
        expected_rank_diff: how many dimensions more `predictions` should have than `labels`.
    """
    with name_scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        predictions, labels = convert_to_tensor(predictions), convert_to_tensor(labels)
        predictions_rank, labels_rank = predictions.shape.rank, labels.shape.rank
        if predictions_rank is not None and labels_rank is not None:
            diff = predictions_rank - labels_rank
            if diff == expected_rank_diff + 1 and _may_be_squeezed(predictions):
                predictions = squeeze(predictions, [-1])
            elif diff == expected_rank_diff - 1 and _may_be_squeezed(labels):
                labels = squeeze(labels, [-1])
            return labels, predictions
        difference = rank_of(predictions) - rank_of(labels)
        if _may_be_squeezed(predictions):
            predictions = _squeezed_if(expected_rank_diff + 1, difference, predictions)
        if _may_be_squeezed(labels):
            labels = _squeezed_if(expected_rank_diff - 1, difference, labels)
        return labels, predictions


def remove_squeezable_weights(weights: Any, values: Tensor) -> Tensor:
    """Weights, without their last dimension of size 1 if they have one dimension more than `values`."""
    weights = convert_to_tensor(weights)
    rank = weights.shape.rank
    if rank is not None and values.shape.rank is not None:
        return squeeze(weights, [-1]) if rank == values.shape.rank + 1 else weights
    difference = rank_of(weights) - rank_of(values)
    if rank is None or (rank > 0 and _may_be_squeezed(weights)):
        weights = _squeezed_if(1, difference, weights)
    return weights


def _may_be_squeezed(tensor: Tensor) -> bool:
    return tensor.shape.rank is None or tensor.shape[-1].is_compatible_with(1)


def _squeezed_if(wanted: int, difference: Tensor, tensor: Tensor) -> Tensor:
    return cond(equal(wanted, difference), lambda: squeeze(tensor, [-1]), lambda: tensor)

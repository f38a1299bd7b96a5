"""What metrics are given, brought into one shape."""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.control_flow import cond
from convflow.ops.math.comparison import equal
from convflow.ops.squeezable import remove_squeezable_dimensions


def aligned(predictions: Any, labels: Any, weights: Any) -> tuple[Tensor, Any, Any]:
    """Predictions, labels and weights, last dimensions of size 1 removed from or added to what does not fit.

    Args:
        labels, weights: None where there are none.

    Raises:
        ValueError: predictions and labels are known to have different shapes.
    """
    predictions = convert_to_tensor(predictions)
    if labels is not None:
        labels, predictions = remove_squeezable_dimensions(labels, predictions)
        check_same_shape("predictions", predictions, "labels", labels)
    if weights is None:
        return predictions, labels, None
    weights = convert_to_tensor(weights)
    rank = weights.shape.rank
    if rank == 0:
        return predictions, labels, weights
    if rank is not None and predictions.shape.rank is not None:
        return predictions, labels, _fitted(weights, rank - predictions.shape.rank)
    return predictions, labels, _fitted_later(weights, predictions)


def check_same_shape(name: str, tensor: Tensor, other_name: str, other: Tensor) -> None:
    """ValueError for static shapes that cannot be one."""
    if not tensor.shape.is_compatible_with(other.shape):
        raise ValueError(
            f"Shapes {tensor.shape} and {other.shape} are incompatible: {name} and {other_name} must have the same "
            f"shape. Reshape one of them ({tensor!r}, {other!r})."
        )


def _fitted(weights: Tensor, difference: int) -> Tensor:
    if difference == 1:
        return squeeze(weights, [-1])
    return expand_dims(weights, [-1]) if difference == -1 else weights


def _fitted_later(weights: Tensor, predictions: Tensor) -> Tensor:
    rank = rank_of(weights)
    difference = rank - rank_of(predictions)

    def expanded() -> Tensor:
        return cond(equal(difference, -1), lambda: expand_dims(weights, [-1]), lambda: weights)

    # What is known not to be of size 1 is left for the run to refuse.
    may_squeeze = weights.shape.rank is None or weights.shape[-1].is_compatible_with(1)

    def without_last() -> Tensor:
        return squeeze(weights, [-1]) if may_squeeze else weights

    def squeezed() -> Tensor:
        return cond(equal(difference, 1), without_last, expanded)

    return cond(equal(rank, 0), lambda: weights, squeezed)

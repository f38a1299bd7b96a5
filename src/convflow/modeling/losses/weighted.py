"""From the losses of elements to that of a batch (API: tf.losses.compute_weighted_loss, tf.losses.Reduction)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.modeling.losses.collect import add_loss
from convflow.ops.array.constant import ones_like, zeros_like
from convflow.ops.array.sequence import range as sequence
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import size
from convflow.ops.math.arithmetic import multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where
from convflow.ops.weights_broadcast import assert_broadcastable, broadcast_weights


class Reduction:
    """How the losses of elements become one (API: tf.losses.Reduction).

    NONE leaves them apart; SUM adds them; MEAN divides the sum by that of the weights; SUM_OVER_BATCH_SIZE by
    the number of elements; SUM_BY_NONZERO_WEIGHTS by the number of elements whose weight is not 0.
    """

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return (
            cls.NONE,
            cls.SUM,
            cls.MEAN,
            cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key: Any) -> None:
        """ValueError for what is no reduction."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}. Key should be one of {cls.all()}.")


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The losses of elements weighted and reduced, in float32 arithmetic (API: tf.losses.compute_weighted_loss).

    Args:
        losses: one per element, any shape.
        weights: a scalar, or a tensor of the same rank, each size 1 or that of `losses`.
        scope: of the nodes.
        loss_collection: where to list the result; None for nowhere.
        reduction: one of `Reduction`.

    Returns:
        a scalar of the type of `losses`; with NONE one loss per element.

    Raises:
        ValueError: the weights are known not to fit, or no such reduction.
        InvalidArgumentError: the weights do not fit, found out in a run.
    """
    Reduction.validate(reduction)
    with (
        name_scope(scope, "weighted_loss", [losses, weights]),
        control_dependencies([assert_broadcastable(weights, losses)]),
    ):
        losses = convert_to_tensor(losses)
        input_dtype = losses.dtype
        losses = cast(losses, dtypes.float32)
        weights = cast(weights, dtypes.float32)
        loss = _reduced(multiply(losses, weights), losses, weights, reduction)
        loss = cast(loss, input_dtype)
        add_loss(loss, loss_collection)
        return loss


def _reduced(weighted: Tensor, losses: Tensor, weights: Any, reduction: str) -> Tensor:
    if reduction == Reduction.NONE:
        return weighted
    total = reduce_sum(weighted)
    if reduction == Reduction.MEAN:
        return _quotient(total, reduce_sum(multiply(ones_like(losses), weights, name="mul")))
    if reduction == Reduction.SUM_BY_NONZERO_WEIGHTS:
        return _quotient(total, num_present(losses, weights))
    if reduction == Reduction.SUM_OVER_BATCH_SIZE:
        return _quotient(total, _num_elements(losses))
    return total


def _quotient(total: Tensor, count: Tensor) -> Tensor:
    """0 where there is nothing to divide by."""
    return div_no_nan(reduce_sum(total), count, name="value")


def num_present(losses: Tensor, weights: Tensor, per_batch: bool = False) -> Tensor:
    """How many elements have a weight other than 0, as float32.

    Args:
        losses: the elements, one or more dimensions.
        weights: float32, as for `compute_weighted_loss`.
        per_batch: count for each entry of the first dimension; the other ones stay, with size 1.
    """
    with name_scope(None, "num_present", [losses, weights]) as scope:
        weights = cast(weights, dtypes.float32)
        present = where(equal(weights, 0.0), zeros_like(weights), ones_like(weights))
        present = broadcast_weights(present, losses)
        if per_batch:
            return reduce_sum(present, axis=sequence(1, rank_of(present)), keepdims=True, name=scope)
        return reduce_sum(present, name=scope)


def _num_elements(losses: Tensor) -> Tensor:
    with name_scope(None, "num_elements", [losses]) as scope:
        return cast(size(losses, name=scope), dtypes.float32)

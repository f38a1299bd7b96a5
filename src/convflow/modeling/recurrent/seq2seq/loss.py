"""The cross entropy of sequences (API: tf.contrib.seq2seq.sequence_loss)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.cast import cast
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.statistics import count_nonzero
from convflow.ops.xent import sparse_softmax_cross_entropy_with_logits


def sequence_loss(
    logits: Any,
    targets: Any,
    weights: Any,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    sum_over_timesteps: bool = False,
    sum_over_batch: bool = False,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The cross entropy of sequences, steps weighted (API: tf.contrib.seq2seq.sequence_loss).

    Args:
        logits: shape (batch, time, symbols).
        targets: integers of shape (batch, time).
        weights: shape (batch, time); zero behind the end of a sequence.
        average_across_timesteps, average_across_batch: divide the sum over that axis by the sum of the weights.
        sum_over_timesteps, sum_over_batch: divide it by the number of weights that are not zero.
        softmax_loss_function: (labels=..., logits=...) -> losses, instead of the softmax's cross entropy.

    Returns:
        A scalar, or shape (batch,), (time,) or (batch, time) for the axes that are not summed.

    Raises:
        ValueError: other ranks, or both kinds of sums for one axis.
    """
    with name_scope(name, "sequence_loss", [logits, targets, weights]):
        logits = convert_to_tensor(logits, name="logits")
        targets = convert_to_tensor(targets, name="targets")
        weights = convert_to_tensor(weights, name="weights")
        _check_ranks(logits, targets, weights)
        _check_axis("timesteps", average_across_timesteps, sum_over_timesteps)
        _check_axis("batch", average_across_batch, sum_over_batch)
        losses = _losses(logits, targets, softmax_loss_function) * reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            return div_no_nan(reduce_sum(losses), reduce_sum(weights))
        if sum_over_timesteps and sum_over_batch:
            return div_no_nan(reduce_sum(losses), cast(count_nonzero(weights), losses.dtype))
        losses = reshape(losses, shape_of(logits)[0:2])
        if average_across_timesteps or average_across_batch:
            axis = [0] if average_across_batch else [1]
            return div_no_nan(reduce_sum(losses, axis), reduce_sum(weights, axis))
        if sum_over_timesteps or sum_over_batch:
            axis = [0] if sum_over_batch else [1]
            return div_no_nan(reduce_sum(losses, axis), cast(count_nonzero(weights, axis), losses.dtype))
        return losses


def _losses(logits: Tensor, targets: Tensor, function: Callable[..., Any] | None) -> Tensor:
    flat, labels = reshape(logits, [-1, shape_of(logits)[2]]), reshape(targets, [-1])
    if function is None:
        return sparse_softmax_cross_entropy_with_logits(labels=labels, logits=flat)
    return function(labels=labels, logits=flat)


def _check_ranks(logits: Tensor, targets: Tensor, weights: Tensor) -> None:
    needed = (
        ("Logits", logits, 3, "[batch_size x sequence_length x logits]"),
        ("Targets", targets, 2, "[batch_size x sequence_length]"),
        ("Weights", weights, 2, "[batch_size x sequence_length]"),
    )
    for argument, tensor, rank, form in needed:
        if tensor.shape.rank not in (rank, None):
            raise ValueError(f"{argument} must be a {form} tensor, got shape {tensor.shape}. Reshape it.")


def _check_axis(axis: str, averaged: bool, summed: bool) -> None:
    if averaged and summed:
        raise ValueError(
            f"average_across_{axis} and sum_over_{axis} cannot be set to True at same time. "
            f"Pass average_across_{axis}=False to have the sum divided by the count."
        )

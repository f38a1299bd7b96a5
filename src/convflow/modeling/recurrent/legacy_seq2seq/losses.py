"""Losses of lists of steps, and models for sequences sorted by length (API: tf.contrib.legacy_seq2seq)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.scope import get_variable_scope, variable_scope
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.arithmetic import add_n
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.xent import sparse_softmax_cross_entropy_with_logits

_NEVER_ZERO = 1e-12


def sequence_loss_by_example(
    logits: list[Tensor],
    targets: list[Tensor],
    weights: list[Tensor],
    average_across_timesteps: bool = True,
    softmax_loss_function: Callable[..., Tensor] | None = None,
    name: str | None = None,
) -> Tensor:
    """The cross entropy of each sequence, steps weighted (API: tf.contrib.legacy_seq2seq.sequence_loss_by_example).

    Args:
        logits: for each step, shape (batch, symbols).
        targets: for each step, integers of shape (batch,).
        weights: for each step, shape (batch,).
        average_across_timesteps: divide by the sum of the weights.
        softmax_loss_function: (labels=..., logits=...) -> shape (batch,), instead of the softmax's cross entropy.

    Returns:
        Shape (batch,).

    Raises:
        ValueError: the lists differ in length.
    """
    if not len(targets) == len(logits) == len(weights):
        raise ValueError(
            "Lengths of logits, weights, and targets must be the same "
            f"{len(logits)}, {len(weights)}, {len(targets)}: give one of each for every step."
        )
    with name_scope(name, "sequence_loss_by_example", [*logits, *targets, *weights]):
        losses = []
        for logit, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                loss = sparse_softmax_cross_entropy_with_logits(labels=reshape(target, [-1]), logits=logit)
            else:
                loss = softmax_loss_function(labels=target, logits=logit)
            losses.append(loss * weight)
        total = add_n(losses)
        if average_across_timesteps:
            total = total / (add_n(weights) + _NEVER_ZERO)  # all weights of a sequence may be zero
    return total


def sequence_loss(
    logits: list[Tensor],
    targets: list[Tensor],
    weights: list[Tensor],
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., Tensor] | None = None,
    name: str | None = None,
) -> Tensor:
    """The sum of `sequence_loss_by_example` over the batch (API: tf.contrib.legacy_seq2seq.sequence_loss).

    Args:
        average_across_batch: divide it by the batch's size.

    The other arguments are those of `sequence_loss_by_example`.

    Returns:
        A scalar.
    """
    with name_scope(name, "sequence_loss", [*logits, *targets, *weights]):
        each = sequence_loss_by_example(logits, targets, weights, average_across_timesteps, softmax_loss_function)
        cost = reduce_sum(each)
        if average_across_batch:
            return cost / cast(shape_of(targets[0])[0], cost.dtype)
        return cost


def model_with_buckets(
    encoder_inputs: list[Tensor],
    decoder_inputs: list[Tensor],
    targets: list[Tensor],
    weights: list[Tensor],
    buckets: list[tuple[int, int]],
    seq2seq: Callable[[Any, Any], tuple[Any, Any]],
    softmax_loss_function: Callable[..., Tensor] | None = None,
    per_example_loss: bool = False,
    name: str | None = None,
) -> tuple[list[Any], list[Tensor]]:
    """One model for each pair of lengths, all with the same variables (API:
    tf.contrib.legacy_seq2seq.model_with_buckets).

    Args:
        encoder_inputs, decoder_inputs, targets, weights: lists as long as the last bucket.
        buckets: pairs of how many steps the encoder and the decoder have, from small to large.
        seq2seq: (encoder inputs, decoder inputs) -> outputs, state.
        softmax_loss_function: as of `sequence_loss`.
        per_example_loss: a loss for each example, shape (batch,), instead of a scalar.

    Returns:
        For each bucket the outputs, and for each bucket the loss.

    Raises:
        ValueError: a list shorter than the last bucket.
    """
    _check_lengths(buckets[-1], encoder_inputs, targets, weights)
    loss_of = sequence_loss_by_example if per_example_loss else sequence_loss
    outputs, losses = [], []
    with name_scope(name, "model_with_buckets", [*encoder_inputs, *decoder_inputs, *targets, *weights]):
        for number, (encoded, decoded) in enumerate(buckets):
            with variable_scope(get_variable_scope(), reuse=True if number > 0 else None):
                output, _ = seq2seq(encoder_inputs[:encoded], decoder_inputs[:decoded])
                outputs.append(output)
                losses.append(
                    loss_of(output, targets[:decoded], weights[:decoded], softmax_loss_function=softmax_loss_function)
                )
    return outputs, losses


def _check_lengths(last: tuple[int, int], encoder_inputs: Any, targets: Any, weights: Any) -> None:
    needed = (("encoder_inputs", encoder_inputs, last[0]), ("targets", targets, last[1]), ("weights", weights, last[1]))
    for name, given, length in needed:
        if len(given) < length:
            raise ValueError(
                f"Length of {name} ({len(given)}) must be at least that of last bucket ({length}): "
                "give a tensor for every step of it."
            )

"""Losses as shares of a batch that several replicas train on (API: tf.nn.compute_average_loss).

There is one replica here, whatever the strategy.
"""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_rank import assert_scalar
from convflow.ops.assert_type import assert_integer
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_sum


def compute_average_loss(per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None) -> Tensor:
    """The sum of the examples' losses over the size of the whole batch (API: tf.nn.compute_average_loss).

    Args:
        per_example_loss: losses of a floating type, [batch, ...].
        sample_weight: factors of the losses: a scalar, or of the same shape but for a last dimension that is missing
            or is one too many.
        global_batch_size: an integer scalar: how many examples all replicas have; by default the batch's size.

    Returns:
        A scalar of the type of the losses.

    Raises:
        ValueError: `per_example_loss` is a scalar, or `global_batch_size` is not.
        TypeError: `global_batch_size` is no integer.
    """
    losses = convert_to_tensor(per_example_loss)
    if losses.shape.rank == 0:
        raise ValueError(
            "Invalid value passed for `per_example_loss`. Expected a tensor with at least rank 1, got the scalar "
            f"{losses}. Pass the losses of the examples before they are summed."
        )
    dtype = losses.dtype
    if sample_weight is not None:
        weights = cast(convert_to_tensor(sample_weight), dtype)
        losses = losses * _fitted(weights, losses)
    if global_batch_size is None:
        size = shape_of(losses)[0]
    else:
        size = convert_to_tensor(global_batch_size)
        assert_scalar(size, message="global_batch_size must be scalar.")
        assert_integer(size, message="global_batch_size must be an integer.")
    return reduce_sum(losses) / cast(size, dtype)


def scale_regularization_loss(regularization_loss: Any) -> Tensor:
    """The sum of regularization losses over the number of replicas, one (API: tf.nn.scale_regularization_loss).

    Args:
        regularization_loss: losses of a floating type, of any shape.

    Returns:
        A scalar of their type.
    """
    return reduce_sum(regularization_loss) / 1


def _fitted(weights: Tensor, losses: Tensor) -> Tensor:
    """The weights with the last dimension that the losses have or have not."""
    rank, wanted = weights.shape.rank, losses.shape.rank
    if not rank or wanted is None:
        return weights
    difference = rank - wanted
    if difference == 1:
        return squeeze(weights, [-1])
    return expand_dims(weights, [-1]) if difference == -1 else weights

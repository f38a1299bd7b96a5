"""Losses of numbers (API: tf.losses.mean_squared_error, huber_loss, cosine_distance ...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.modeling.losses.arguments import check_given, check_shapes
from convflow.modeling.losses.collect import add_loss
from convflow.modeling.losses.weighted import Reduction, compute_weighted_loss, num_present
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.sequence import range as sequence
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.math.arithmetic import add, maximum, minimum, multiply, squared_difference, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import square
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where
from convflow.ops.weights_broadcast import assert_broadcastable
from convflow.ops.window import either


def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """|predictions - labels| (API: tf.losses.absolute_difference).

    Args:
        labels: what is right, of the shape of `predictions`; both are cast to float32.
        predictions: any shape.
        weights: a scalar, or a tensor of the same rank, each size 1 or that of the losses.
        scope: of the nodes.
        loss_collection: where to list the loss; None for nowhere.
        reduction: one of `Reduction`.

    Returns:
        a float32 scalar; with Reduction.NONE one loss per element.

    Raises:
        ValueError: labels or predictions missing, shapes that do not go together, no such reduction.
    """
    check_given(labels=labels, predictions=predictions)
    with name_scope(scope, "absolute_difference", [predictions, labels, weights]) as scope:
        predictions, labels = _as_floats(predictions, labels)
        losses = absolute(subtract(predictions, labels))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """(predictions - labels) squared (API: tf.losses.mean_squared_error).

    Args:
        labels: what is right, of the shape of `predictions`; both are cast to float32.
        predictions: any shape.
        weights: a scalar, or a tensor of the same rank, each size 1 or that of the losses.
        scope: of the nodes.
        loss_collection: where to list the loss; None for nowhere.
        reduction: one of `Reduction`.

    Returns:
        a float32 scalar; with Reduction.NONE one loss per element.

    Raises:
        ValueError: labels or predictions missing, shapes that do not go together, no such reduction.
    """
    check_given(labels=labels, predictions=predictions)
    with name_scope(scope, "mean_squared_error", [predictions, labels, weights]) as scope:
        predictions, labels = _as_floats(predictions, labels)
        losses = squared_difference(predictions, labels)
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Half the squared error up to `delta`, growing only linearly beyond it (API: tf.losses.huber_loss).

    0.5 e^2 for an error e of at most delta, delta * e - 0.5 delta^2 for a larger one.

    Args:
        labels: what is right, of the shape of `predictions`; both are cast to float32.
        predictions: any shape.
        weights: a scalar, or a tensor of the same rank, each size 1 or that of the losses.
        delta: a number or scalar tensor, in the unit of the predictions; 1 by default.
        scope: of the nodes.
        loss_collection: where to list the loss; None for nowhere.
        reduction: one of `Reduction`.

    Returns:
        a float32 scalar; with Reduction.NONE one loss per element.

    Raises:
        ValueError: labels or predictions missing, shapes that do not go together, no such reduction.
    """
    check_given(labels=labels, predictions=predictions)
    with name_scope(scope, "huber_loss", [predictions, labels, weights]) as scope:
        predictions, labels = _as_floats(predictions, labels)
        error = absolute(subtract(predictions, labels))
        quadratic = minimum(error, delta)
        # Not written with a condition, so that the slope is right on both sides of delta.
        linear = subtract(error, quadratic)
        half = convert_to_tensor(0.5, dtype=quadratic.dtype)
        losses = add(multiply(half, multiply(quadratic, quadratic)), multiply(delta, linear))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
    dim: int | None = None,
) -> Tensor:
    """1 - the product of unit vectors along `axis` (API: tf.losses.cosine_distance).

    Args:
        labels, predictions: vectors of length 1 along `axis`; they are not normalized here.
        axis: the dimension of the vectors' elements, kept with size 1.
        dim: the old name of `axis`.
        weights, scope, loss_collection, reduction: as for `mean_squared_error`.
    """
    axis = either("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("You must specify argument `axis`: the dimension of the vectors' elements.")
    check_given(labels=labels, predictions=predictions)
    with name_scope(scope, "cosine_distance_loss", [predictions, labels, weights]) as scope:
        predictions, labels = _as_floats(predictions, labels)
        losses = 1 - reduce_sum(multiply(predictions, labels), axis=(axis,), keepdims=True)
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def mean_pairwise_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
) -> Tensor:
    """How much differences between elements differ: (p_i - p_j - (l_i - l_j))^2, the mean over all pairs of an entry.

    API: tf.losses.mean_pairwise_squared_error. The pairs are those within one entry of the first dimension.

    Args:
        weights: a scalar, or a tensor of the rank of `labels`, one weight per entry.
        labels, predictions, scope, loss_collection: as for `mean_squared_error`.

    Returns:
        a float32 scalar, the sum over the entries.
    """
    check_given(labels=labels, predictions=predictions)
    with name_scope(scope, "mean_pairwise_squared_error", [predictions, labels, weights]):
        weights = cast(weights, dtypes.float32)
        labels = cast(labels, dtypes.float32)
        with control_dependencies([assert_broadcastable(weights, labels)]):
            predictions = cast(predictions, dtypes.float32)
            check_shapes("predictions", predictions, "labels", labels)
            loss = _pairwise(subtract(predictions, labels), weights)
            add_loss(loss, loss_collection)
            return loss


def _pairwise(differences: Tensor, weights: Tensor) -> Tensor:
    axis = sequence(1, rank_of(differences))
    squares = reduce_sum(square(differences), axis=axis, keepdims=True)
    count = num_present(differences, weights, per_batch=True)
    # The mean over pairs without looking at pairs: 2 (sum d^2) / (n - 1) - 2 (sum d)^2 / (n (n - 1)).
    first = 2.0 * div_no_nan(squares, maximum(count - 1, 0), name="value")
    total = reduce_sum(differences, axis=axis, keepdims=True)
    second = 2.0 * div_no_nan(square(total), maximum(multiply(count, count - 1), 0), name="value")
    loss = reduce_sum(multiply(first - second, weights))
    return where(reduce_sum(count) > 0, loss, zeros_like(loss), name="value")


def _as_floats(predictions: Any, labels: Any) -> tuple[Tensor, Tensor]:
    predictions = cast(predictions, dtypes.float32)
    labels = cast(labels, dtypes.float32)
    check_shapes("predictions", predictions, "labels", labels)
    return predictions, labels

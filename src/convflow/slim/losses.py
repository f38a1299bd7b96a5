"""Losses as they were before `tf.losses`: predictions come first (API: slim.losses).

They are weighted means over what has a weight, and join the LOSSES.
"""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection, get_collection, name_scope
from convflow.modeling.losses.arguments import check_given
from convflow.ops.activation import relu
from convflow.ops.array.constant import ones, ones_like, zeros_like
from convflow.ops.array.reshape import reshape, squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size
from convflow.ops.array.slice import slice_ as slice_of
from convflow.ops.losses import sigmoid_cross_entropy_with_logits
from convflow.ops.math.arithmetic import add_n, div, multiply, squared_difference, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, not_equal
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import log, square
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_prod, reduce_sum
from convflow.ops.math.select import where
from convflow.ops.xent import softmax_cross_entropy_with_logits, sparse_softmax_cross_entropy_with_logits
from convflow.slim.arg_scope import add_arg_scope


def compute_weighted_loss(losses: Any, weights: Any = 1.0, scope: Any = None) -> Tensor:
    """The weighted mean of losses, listed in the LOSSES (API: slim.losses.compute_weighted_loss).

    Args:
        losses: of known rank.
        weights: a scalar, or a weight per example or element: shape (batch,) up to the losses' own. The mean is
            over the losses whose weight is not zero.
        scope: the name scope.

    Raises:
        ValueError: unknown rank.
    """
    with name_scope(scope, "weighted_loss", [losses, weights]):
        losses = convert_to_tensor(losses)
        dtype = losses.dtype
        losses = cast(losses, dtypes.float32)
        weights = cast(convert_to_tensor(weights), dtypes.float32)
        _known_ranks(losses=losses, weights=weights)
        if weights.shape.rank > 1 and weights.shape[-1].is_compatible_with(1):
            weights = squeeze(weights, [-1])
        if len(weights.shape) > len(losses.shape):
            raise ValueError(
                f"weights of shape {weights.shape} have more axes than the losses, {losses.shape}. "
                "Give a weight per loss, or one for all."
            )
        total = _weighted_sum(losses, weights)
        count = _present(losses, weights)
        mean = cast(div_no_nan(reduce_sum(total), count, name="value"), dtype)
        add_loss(mean)
        return mean


def _known_ranks(**tensors: Tensor) -> None:
    for name, tensor in tensors.items():
        if tensor.shape.rank is None:
            raise ValueError(f"{name}.get_shape().ndims cannot be None: the rank of {tensor.name} is unknown.")


def _weighted_sum(losses: Tensor, weights: Tensor) -> Tensor:
    axes = list(range(len(weights.shape), len(losses.shape)))
    return reduce_sum(multiply(reduce_sum(losses, axis=axes), weights))


def _present(losses: Tensor, weights: Tensor, per_batch: bool = False) -> Tensor:
    """How many losses have a weight that is not zero, in all or per example."""
    if weights.shape.rank == 0:
        batch = reshape(slice_of(shape_of(losses), [0], [1]), [])
        each: Any = div(cast(size(losses), dtypes.float32), cast(batch, dtypes.float32))
        each = where(equal(weights, 0), 0.0, each)
        counts = multiply(ones(reshape(batch, [1])), each)
    else:
        rank = len(weights.shape)
        with_weight = reduce_sum(cast(not_equal(weights, 0), dtypes.float32), axis=list(range(1, rank)))
        rest = slice_of(shape_of(losses), [rank], [-1])
        counts = multiply(with_weight, cast(reduce_prod(rest), dtypes.float32))
    return counts if per_batch else reduce_sum(counts)


@add_arg_scope
def add_loss(loss: Any, loss_collection: Any = GraphKeys.LOSSES) -> None:
    """List a loss of one's own (API: slim.losses.add_loss); nowhere if the collection is None.

    Args:
        loss: a tensor.
        loss_collection: the collection; LOSSES by default.
    """
    if loss_collection:
        add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: Any = GraphKeys.LOSSES) -> list[Any]:
    """The losses of a scope (API: slim.losses.get_losses).

    Args:
        scope: a regular expression that names must match from their beginning; None for all.
        loss_collection: the collection; LOSSES by default.

    Returns:
        a list of tensors.
    """
    return get_collection(loss_collection, scope)


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """The losses of regularizers of a scope (API: slim.losses.get_regularization_losses).

    Args:
        scope: a regular expression that names must match from their beginning; None for all.

    Returns:
        a list of scalars.
    """
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss") -> Tensor:
    """The sum of all losses (API: slim.losses.get_total_loss).

    Args:
        add_regularization_losses: whether those of regularizers are added too.
        name: of the sum.

    Returns:
        a scalar.

    Raises:
        ValueError: there are none.
    """
    return add_n(get_losses() + (get_regularization_losses() if add_regularization_losses else []), name=name)


def _as_floats(predictions: Any, labels: Any) -> tuple[Any, Any]:
    predictions.get_shape().assert_is_compatible_with(labels.get_shape())
    return cast(predictions, dtypes.float32), cast(labels, dtypes.float32)


def absolute_difference(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: Any = None) -> Tensor:
    """The weighted mean of |predictions - labels| (API: slim.losses.absolute_difference).

    Args:
        predictions, labels: of the same shape.
        weights: see `compute_weighted_loss`.

    Raises:
        ValueError: shapes that do not fit.
    """
    check_given(predictions=predictions, labels=labels)
    with name_scope(scope, "absolute_difference", [predictions, labels, weights]) as opened:
        predictions, labels = _as_floats(predictions, labels)
        return compute_weighted_loss(absolute(subtract(predictions, labels)), weights, scope=opened)


def mean_squared_error(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: Any = None) -> Tensor:
    """The weighted mean of the squared differences (API: slim.losses.mean_squared_error).

    Args:
        predictions, labels: numbers of the same shape, cast to float32.
        weights: see `compute_weighted_loss`; 1 by default.
        scope: of the nodes.

    Returns:
        a float32 scalar, listed among the losses.

    Raises:
        ValueError: shapes that do not fit.
    """
    check_given(predictions=predictions, labels=labels)
    with name_scope(scope, "mean_squared_error", [predictions, labels, weights]) as opened:
        predictions, labels = _as_floats(predictions, labels)
        return compute_weighted_loss(squared_difference(predictions, labels), weights, scope=opened)


def log_loss(
    predictions: Any, labels: Any = None, weights: Any = 1.0, epsilon: float = 1e-7, scope: Any = None
) -> Tensor:
    """The weighted mean of -labels log(predictions) - (1 - labels) log(1 - predictions) (API: slim.losses.log_loss).

    Args:
        epsilon: added before each logarithm.

    The other arguments, the errors: see `absolute_difference`.
    """
    check_given(predictions=predictions, labels=labels)
    with name_scope(scope, "log_loss", [predictions, labels, weights]) as opened:
        predictions, labels = _as_floats(predictions, labels)
        of_true: Any = multiply(labels, log(predictions + epsilon))
        losses = -of_true - multiply(1 - labels, log(1 - predictions + epsilon))
        return compute_weighted_loss(losses, weights, scope=opened)


def hinge_loss(logits: Any, labels: Any = None, scope: Any = None) -> Tensor:
    """How far each logit falls short of a margin of 1, not averaged or listed (API: slim.losses.hinge_loss).

    Args:
        logits: floating.
        labels: 0 or 1, of the same shape.
    """
    check_given(logits=logits, labels=labels)
    with name_scope(scope, "hinge_loss", [logits, labels]):
        logits.get_shape().assert_is_compatible_with(labels.get_shape())
        labels = cast(labels, dtypes.float32)
        margin = ones_like(labels)
        signs = subtract(2 * labels, margin)
        return relu(subtract(margin, multiply(signs, logits)))


def sigmoid_cross_entropy(
    logits: Any, multi_class_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: Any = None
) -> Tensor:
    """The weighted mean of the cross-entropies of independent classes (API: slim.losses.sigmoid_cross_entropy).

    Args:
        logits, multi_class_labels: shape (batch, classes).
        weights: see `compute_weighted_loss`.
        label_smoothing: how far labels are drawn towards 1/2.

    Raises:
        ValueError: shapes that do not fit.
    """
    check_given(logits=logits, multi_class_labels=multi_class_labels)
    with name_scope(scope, "sigmoid_cross_entropy_loss", [logits, multi_class_labels, weights]) as opened:
        logits.get_shape().assert_is_compatible_with(multi_class_labels.get_shape())
        labels: Any = cast(multi_class_labels, logits.dtype)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=opened)


def softmax_cross_entropy(
    logits: Any, onehot_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: Any = None
) -> Tensor:
    """The weighted mean of the cross-entropies of exclusive classes (API: slim.losses.softmax_cross_entropy).

    Args:
        logits, onehot_labels: shape (batch, classes).
        weights: a scalar or shape (batch,).
        label_smoothing: how far labels are drawn towards 1/classes.

    Raises:
        ValueError: shapes that do not fit.
    """
    check_given(logits=logits, onehot_labels=onehot_labels)
    with name_scope(scope, "softmax_cross_entropy_loss", [logits, onehot_labels, weights]) as opened:
        logits.get_shape().assert_is_compatible_with(onehot_labels.get_shape())
        labels: Any = cast(onehot_labels, logits.dtype)
        if label_smoothing > 0:
            classes: Any = cast(shape_of(labels)[1], logits.dtype)
            smooth_negatives = label_smoothing / classes
            labels = labels * (1.0 - label_smoothing) + smooth_negatives
        losses = softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=opened)


def sparse_softmax_cross_entropy(logits: Any, labels: Any, weights: Any = 1.0, scope: Any = None) -> Tensor:
    """`softmax_cross_entropy` of class numbers (API: slim.losses.sparse_softmax_cross_entropy).

    Args:
        logits: shape (batch, classes).
        labels: integers, shape (batch,) or (batch, 1).
        weights: a scalar or shape (batch,).
    """
    check_given(logits=logits, labels=labels)
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", [logits, labels, weights]) as opened:
        labels = reshape(labels, shape=[shape_of(labels)[0]])
        losses = sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=opened)


def mean_pairwise_squared_error(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: Any = None) -> Tensor:
    """How much the differences between an example's elements differ from the labels' differences.

    The sum over examples of the mean, over pairs of elements, of the squared difference of their differences (API:
    slim.losses.mean_pairwise_squared_error).

    Args:
        predictions, labels: of the same shape.
        weights: a scalar or shape (batch,).

    Raises:
        ValueError: shapes that do not fit, or unknown rank.
    """
    check_given(predictions=predictions, labels=labels)
    with name_scope(scope, "mean_pairwise_squared_error", [predictions, labels, weights]):
        predictions, labels = _as_floats(predictions, labels)
        weights = cast(convert_to_tensor(weights), dtypes.float32)
        differences = subtract(predictions, labels)
        _known_ranks(diffs=differences, weights=weights)
        axes = list(range(1, len(differences.shape)))
        squares = reduce_sum(square(differences), axis=axes)
        counts = _present(differences, weights, per_batch=True)
        of_squares = 2.0 * div_no_nan(squares, counts, name="value")
        sums = reduce_sum(differences, axis=axes)
        of_sums = 2.0 * div_no_nan(square(sums), square(counts), name="value")
        loss = _weighted_sum(of_squares - of_sums, weights)
        any_present: Any = reduce_sum(counts)
        mean = where(any_present > 0, loss, zeros_like(loss), name="value")
        add_loss(mean)
        return mean


def cosine_distance(
    predictions: Any,
    labels: Any = None,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: Any = None,
    dim: Any = None,
) -> Tensor:
    """The weighted mean of 1 - cosine between vectors of length 1 (API: slim.losses.cosine_distance).

    Args:
        predictions, labels: of the same shape, of length 1 along `axis`.
        axis: the vectors' axis; `dim` is its former name.
        weights: see `compute_weighted_loss`.

    Raises:
        ValueError: no axis, both names of it, or shapes that do not fit.
    """
    if axis is not None and dim is not None:
        raise ValueError("Cannot specify both 'axis' and 'dim': dim is the former name of axis. Leave dim out.")
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("You must specify 'axis'. The last one is predictions.shape.ndims - 1.")
    check_given(predictions=predictions, labels=labels)
    with name_scope(scope, "cosine_distance_loss", [predictions, labels, weights]) as opened:
        predictions, labels = _as_floats(predictions, labels)
        losses = 1 - reduce_sum(multiply(predictions, labels), axis=[axis])
        return compute_weighted_loss(losses, weights, scope=opened)

"""Losses of classes and probabilities (API: tf.losses.softmax_cross_entropy, log_loss, hinge_loss ...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.losses.arguments import check_given, check_shapes
from convflow.modeling.losses.weighted import Reduction, compute_weighted_loss
from convflow.ops.activation import relu
from convflow.ops.array.constant import ones_like
from convflow.ops.array.identity import stop_gradient
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import getitem
from convflow.ops.losses import sigmoid_cross_entropy_with_logits
from convflow.ops.math.arithmetic import multiply, negative, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import log
from convflow.ops.squeezable import remove_squeezable_dimensions, remove_squeezable_weights
from convflow.ops.xent import softmax_cross_entropy_with_logits_v2, sparse_softmax_cross_entropy_with_logits


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: Any = 1e-7,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """-l log(p + epsilon) - (1 - l) log(1 - p + epsilon) (API: tf.losses.log_loss).

    Args:
        labels: probabilities l, of the shape of `predictions`.
        predictions: probabilities p.
        epsilon: keeps logarithms finite.
        weights, scope, loss_collection, reduction: as for `mean_squared_error`.
    """
    check_given(labels=labels, predictions=predictions)
    with name_scope(scope, "log_loss", [predictions, labels, weights]) as scope:
        predictions = cast(predictions, dtypes.float32)
        labels = cast(labels, dtypes.float32)
        check_shapes("predictions", predictions, "labels", labels)
        positive = negative(multiply(labels, log(predictions + epsilon)))
        losses = positive - multiply(1 - labels, log(1 - predictions + epsilon))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """max(0, 1 - s x) of logits x and signs s (API: tf.losses.hinge_loss).

    Args:
        labels: 0 for the sign -1 and 1 for +1, of the shape of `logits`.
        logits: unbounded scores, the sign of which is the prediction.
        weights, scope, loss_collection, reduction: as for `mean_squared_error`.
    """
    check_given(labels=labels, logits=logits)
    with name_scope(scope, "hinge_loss", [logits, labels, weights]) as scope:
        logits = cast(logits, dtypes.float32)
        labels = cast(labels, dtypes.float32)
        check_shapes("logits", logits, "labels", labels)
        ones = ones_like(labels)
        signs = subtract(2 * labels, ones)
        losses = relu(subtract(ones, multiply(signs, logits)))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross-entropy of probabilities and sigmoid(logits), for classes that may hold together (API of that name).

    Args:
        multi_class_labels: 0 or 1 per class, of the shape of `logits`, cast to its type.
        logits: shape (batch, classes).
        label_smoothing: how far labels are moved towards 1/2.
        weights, scope, loss_collection, reduction: as for `mean_squared_error`.
    """
    check_given(multi_class_labels=multi_class_labels, logits=logits)
    with name_scope(scope, "sigmoid_cross_entropy_loss", [logits, multi_class_labels, weights]) as scope:
        logits = convert_to_tensor(logits)
        labels = cast(multi_class_labels, logits.dtype)
        check_shapes("logits", logits, "multi_class_labels", labels)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross-entropy of labels and softmax(logits) (API: tf.losses.softmax_cross_entropy).

    Args:
        onehot_labels: one 1 per example, of the shape of `logits`, cast to its type; taken as constant.
        logits: shape (batch, classes).
        label_smoothing: which part of each label is spread over all classes.
        weights: a scalar or one per example.
        scope, loss_collection, reduction: as for `mean_squared_error`.
    """
    check_given(onehot_labels=onehot_labels, logits=logits)
    with name_scope(scope, "softmax_cross_entropy_loss", [logits, onehot_labels, weights]) as scope:
        logits = convert_to_tensor(logits)
        labels = cast(onehot_labels, logits.dtype)
        check_shapes("logits", logits, "onehot_labels", labels)
        if label_smoothing > 0:
            classes = cast(getitem(shape_of(labels), -1), logits.dtype)
            labels = _smoothed(labels, label_smoothing, classes)
        labels = stop_gradient(labels, name="labels_stop_gradient")
        losses = softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def _smoothed(labels: Tensor, smoothing: float, classes: Tensor) -> Tensor:
    spread = smoothing / classes
    return labels * (1.0 - smoothing) + spread


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross-entropy of softmax(logits) with one true class each (API: tf.losses.sparse_softmax_cross_entropy).

    Args:
        labels: class numbers from 0 on, int32 or int64, shape (batch,) or (batch, 1).
        logits: shape (batch, classes).
        weights: a scalar, one per example, or shape (batch, 1).
        scope, loss_collection, reduction: as for `mean_squared_error`.
    """
    check_given(labels=labels, logits=logits)
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", [logits, labels, weights]) as scope:
        labels, logits = remove_squeezable_dimensions(labels, logits, expected_rank_diff=1)
        weights = remove_squeezable_weights(weights, labels)
        losses = sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)

"""Losses over pairs and triplets of embeddings (API: slim.losses.metric_learning).

Papers: contrastive, Hadsell, Chopra, LeCun 2006; semi-hard triplets, Schroff, Kalenichenko, Philbin 2015
(arXiv:1503.03832); N pairs, Sohn 2016; lifted structures, Song and others 2015 (arXiv:1511.06452).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.constant import ones_like, zeros_like
from convflow.ops.array.matrix_diag import matrix_diag_part, matrix_set_diag
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.stack import stack
from convflow.ops.array.transpose import transpose
from convflow.ops.logging import Print
from convflow.ops.math.arithmetic import maximum, minimum, multiply, squared_difference, truediv
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater, logical_and, logical_not
from convflow.ops.math.elementwise import exp, log, sqrt, square
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_any, reduce_max, reduce_mean, reduce_min, reduce_sum
from convflow.ops.math.select import where
from convflow.ops.sparse.to_dense import sparse_tensor_to_dense
from convflow.ops.xent import softmax_cross_entropy_with_logits

# Stands for the logarithm of an empty sum: finite, so that it leaves no NaN behind.
_LOG_OF_NOTHING = -1e30


def _root(squares: Any) -> Tensor:
    """The square root, with a slope of zero at zero, where the root's own has no end."""
    apart = greater(squares, 0.0)
    return where(apart, sqrt(where(apart, squares, ones_like(squares))), zeros_like(squares))


def pairwise_distance(feature: Any, squared: bool = False) -> Tensor:
    """The distances between all rows (API: slim.losses.metric_learning.pairwise_distance).

    Args:
        feature: shape (rows, size).
        squared: their squares instead.

    Returns:
        shape (rows, rows), zeros on the diagonal.
    """
    feature = convert_to_tensor(feature)
    # Near rows leave little of the difference of large numbers: float64 keeps float32's digits.
    exact = cast(feature, dtypes.float64)
    lengths = reduce_sum(square(exact), 1, keepdims=True)
    # Rounding may lead below zero.
    squares = maximum(lengths + transpose(lengths) - 2.0 * matmul(exact, exact, transpose_b=True), 0.0)
    squares = cast(squares, feature.dtype)
    squares = matrix_set_diag(squares, zeros_like(matrix_diag_part(squares)))
    return squares if squared else _root(squares)


def masked_maximum(data: Any, mask: Any, dim: int = 1) -> Tensor:
    """The largest along an axis of what a mask chooses; the axis's least where it chooses nothing.

    Args:
        data: floating point.
        mask: of its shape, 1 or True for what is chosen.
        dim: the axis, which stays as one of size 1.
    """
    least = reduce_min(data, dim, keepdims=True)
    return reduce_max(where(cast(mask, dtypes.bool), data, least + zeros_like(data)), dim, keepdims=True)


def masked_minimum(data: Any, mask: Any, dim: int = 1) -> Tensor:
    """The least along an axis of what a mask chooses; the axis's largest where it chooses nothing.

    Args:
        data: floating point.
        mask: of its shape, 1 or True for what is chosen.
        dim: the axis, which stays as one of size 1.
    """
    most = reduce_max(data, dim, keepdims=True)
    return reduce_min(where(cast(mask, dtypes.bool), data, most + zeros_like(data)), dim, keepdims=True)


def contrastive_loss(labels: Any, embeddings_anchor: Any, embeddings_positive: Any, margin: float = 1.0) -> Tensor:
    """Pairs of one class come close, others go at least `margin` apart (API: slim.losses.contrastive_loss).

    Args:
        labels: shape (batch,), 1 for pairs of one class, 0 for others.
        embeddings_anchor, embeddings_positive: the pairs, shape (batch, size), as a rule of length 1.
        margin: a distance.

    Returns:
        the mean over the pairs, a scalar.
    """
    squares = reduce_sum(squared_difference(embeddings_anchor, embeddings_positive), 1)
    alike = cast(labels, squares.dtype)
    far = square(maximum(margin - _root(squares), 0.0))
    return reduce_mean(alike * squares + (1.0 - alike) * far, name="contrastive_loss")


def _same_class(labels: Any) -> Tensor:
    """Whether two rows have one label: bool, shape (batch, batch)."""
    labels = convert_to_tensor(labels)
    if labels.shape.rank not in (None, 1):
        raise ValueError(f"labels must have shape (batch,), not {labels.shape}. Take tf.squeeze of a single column.")
    return equal(expand_dims(labels, 1), expand_dims(labels, 0))


def _others_of_class(same: Any) -> Tensor:
    """1 for pairs of two rows of one class, 0 on the diagonal and for other pairs."""
    pairs = cast(same, dtypes.float32)
    return matrix_set_diag(pairs, zeros_like(matrix_diag_part(pairs)))


def triplet_semihard_loss(labels: Any, embeddings: Any, margin: float = 1.0) -> Tensor:
    """For each pair of a class the nearest stranger that is farther than it (API: slim.losses.triplet_semihard_loss).

    If all strangers are nearer, the farthest one counts.

    Args:
        labels: classes, shape (batch,).
        embeddings: shape (batch, size), as a rule of length 1.
        margin: how much farther the stranger must be for the loss to be zero, as a squared distance.

    Returns:
        the mean over the ordered pairs, a scalar.

    Raises:
        ValueError: labels of another rank.
    """
    same = _same_class(labels)
    distances = pairwise_distance(embeddings, squared=True)
    strangers = logical_not(same)
    # Axes: the anchor, its partner, the stranger.
    to_stranger = expand_dims(distances, 1) + zeros_like(expand_dims(distances, 2))
    farther = logical_and(expand_dims(strangers, 1), greater(to_stranger, expand_dims(distances, 2)))
    nearest_farther = _least_of_last(to_stranger, farther)
    farthest = masked_maximum(distances, strangers) + zeros_like(distances)
    chosen = where(reduce_any(farther, 2), nearest_farther, farthest)
    pairs = _others_of_class(same)
    terms = maximum(multiply(margin + distances - chosen, pairs), 0.0)
    return truediv(reduce_sum(terms), reduce_sum(pairs), name="triplet_semihard_loss")


def _least_of_last(data: Any, mask: Any) -> Tensor:
    """`masked_minimum` along the last of three axes, which goes."""
    return masked_minimum(data, mask, 2)[:, :, 0]


def lifted_struct_loss(labels: Any, embeddings: Any, margin: float = 1.0) -> Tensor:
    """Each pair of a class against all strangers of both, smoothly (API: slim.losses.lifted_struct_loss).

    Args:
        labels: classes, shape (batch,).
        embeddings: shape (batch, size), as a rule not of length 1.
        margin: a distance.

    Returns:
        half the mean over the pairs of the squared violations, a scalar.

    Raises:
        ValueError: labels of another rank.
    """
    same = _same_class(labels)
    distances = pairwise_distance(embeddings)
    strangers = _log_sum_exp(margin - distances, logical_not(same))
    most = maximum(strangers, transpose(strangers))
    of_both = most + log(exp(strangers - most) + exp(transpose(strangers) - most))
    pairs = _others_of_class(same)
    violations = maximum(multiply(of_both + distances, pairs), 0.0)
    return truediv(0.5 * reduce_sum(square(violations)), reduce_sum(pairs), name="liftedstruct_loss")


def _log_sum_exp(data: Any, mask: Any) -> Tensor:
    """Of each row's chosen numbers, shape (rows, 1); far below zero where none is chosen."""
    most = masked_maximum(data, mask)
    total = reduce_sum(where(mask, exp(where(mask, data - most, zeros_like(data))), zeros_like(data)), 1, keepdims=True)
    some = greater(total, 0.0)
    return where(some, most + log(where(some, total, ones_like(total))), _LOG_OF_NOTHING * ones_like(total))


def npairs_loss(
    labels: Any, embeddings_anchor: Any, embeddings_positive: Any, reg_lambda: float = 0.002, print_losses: bool = False
) -> Tensor:
    """Cross entropy over the products of anchors and partners (API: slim.losses.npairs_loss).

    Args:
        labels: classes of the pairs, shape (pairs,).
        embeddings_anchor, embeddings_positive: shape (pairs, size), not of length 1.
        reg_lambda: weight of the embeddings' squared lengths.
        print_losses: write both parts to the error stream when they run.

    Returns:
        their sum, a scalar.

    Raises:
        ValueError: labels of another rank.
    """
    alike = cast(_same_class(labels), dtypes.float32)
    return _pairs_loss(alike, embeddings_anchor, embeddings_positive, reg_lambda, print_losses)


def npairs_loss_multilabel(
    sparse_labels: Sequence[SparseTensor],
    embeddings_anchor: Any,
    embeddings_positive: Any,
    reg_lambda: float = 0.002,
    print_losses: bool = False,
) -> Tensor:
    """`npairs_loss` for pairs that have several classes each (API: slim.losses.npairs_loss_multilabel).

    Args:
        sparse_labels: for each pair, a sparse tensor of shape (classes,), 1 for those that it has.
        embeddings_anchor, embeddings_positive: shape (pairs, size), not of length 1.
        reg_lambda: weight of the embeddings' squared lengths.
        print_losses: write both parts to the error stream when they run.

    Returns:
        a scalar; pairs count as alike as they have classes in common.

    Raises:
        TypeError: labels that are no sparse tensors.
    """
    if not all(isinstance(label, SparseTensor) for label in sparse_labels):
        raise TypeError(f"sparse_labels must be a list of SparseTensors, but got {sparse_labels}.")
    with name_scope("NpairsLossMultiLabel"):
        rows = [sparse_tensor_to_dense(label, validate_indices=False) for label in sparse_labels]
        classes = cast(stack(rows), dtypes.float32)
        in_common = reduce_sum(minimum(expand_dims(classes, 0), expand_dims(classes, 1)), 2)
        return _pairs_loss(in_common, embeddings_anchor, embeddings_positive, reg_lambda, print_losses)


def _pairs_loss(alike: Any, anchors: Any, partners: Any, reg_lambda: float, print_losses: bool) -> Tensor:
    lengths = reduce_mean(reduce_sum(square(anchors), 1)) + reduce_mean(reduce_sum(square(partners), 1))
    l2loss = multiply(0.25 * reg_lambda, lengths, name="l2loss")
    targets = alike / reduce_sum(alike, 1, keepdims=True)
    products = matmul(anchors, partners, transpose_b=True)
    entropy: Any = reduce_mean(softmax_cross_entropy_with_logits(logits=products, labels=targets), name="xentropy")
    if print_losses:
        entropy = Print(entropy, ["cross entropy:", entropy, "l2loss:", l2loss])
    return l2loss + entropy

"""Metrics of the k best predictions of each example (API: tf.metrics.precision_at_k, recall_at_k ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor
from convflow.modeling.metrics.means import Pair
from convflow.modeling.metrics.state import listed, metric_variable
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import fill
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size
from convflow.ops.array.stitch import reduced_shape_later
from convflow.ops.control_flow import cond
from convflow.ops.math.arithmetic import add, divide, multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.sets import set_difference, set_intersection, set_size
from convflow.ops.sparse.arrange import sparse_reshape
from convflow.ops.sparse.select import sparse_retain
from convflow.ops.state import assign_add
from convflow.ops.top_k import top_k
from convflow.ops.weights_broadcast import assert_broadcastable


def precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Which part of the k best predictions is among the labels (API: tf.metrics.precision_at_k).

    Args:
        labels: int64 class numbers: shape (..., labels of an example), dense or sparse, or (...).
        predictions: scores, shape (..., classes).
        k: how many predictions of each example count.
        class_id: count this class alone; all by default.
        weights: shape (...) or a scalar; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the precision so far, and the precision with this batch: float64 scalars, NaN before anything is counted.
        The counts are local variables.

    Raises:
        ValueError: shapes that do not go together.
    """
    with name_scope(name, _name("precision", k, class_id), [predictions, labels, weights]) as scope:
        best = top_k(predictions, k)[1]
        return precision_at_top_k(labels, best, k, class_id, weights, metrics_collections, updates_collections, scope)


def precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`precision_at_k` of classes that are predicted already (API: tf.metrics.precision_at_top_k).

    Args:
        labels: int64 class numbers: shape (..., labels of an example), dense or sparse, or (...).
        predictions_idx: predicted classes, int64, shape (..., k).
        k: for names alone: `predictions_idx` says how many.
        class_id: count this class alone; all by default.
        weights: shape (...) or a scalar; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the precision so far, and the precision with this batch, which counts it: float64 scalars, NaN before anything
        is counted. The counts are local variables.

    Raises:
        ValueError: shapes that do not go together.
    """
    arguments = (labels, predictions_idx, k, class_id, weights, metrics_collections, updates_collections, name)
    return _part_of_true("precision", "false_positive", _false_positives, *arguments)


def recall_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Which part of the labels is among the k best predictions (API: tf.metrics.recall_at_k).

    Args:
        labels: int64 class numbers: shape (..., labels of an example), dense or sparse, or (...).
        predictions: scores, shape (..., classes).
        k: how many predictions of each example count.
        class_id: count this class alone; all by default.
        weights: shape (...) or a scalar; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the recall so far, and the recall with this batch, which counts it: float64 scalars, NaN before anything is
        counted. The counts are local variables.

    Raises:
        ValueError: shapes that do not go together.
    """
    with name_scope(name, _name("recall", k, class_id), [predictions, labels, weights]) as scope:
        best = top_k(predictions, k)[1]
        return recall_at_top_k(labels, best, k, class_id, weights, metrics_collections, updates_collections, scope)


def recall_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`recall_at_k` of classes that are predicted already (API: tf.metrics.recall_at_top_k).

    Args:
        labels: int64 class numbers: shape (..., labels of an example), dense or sparse, or (...).
        predictions_idx: predicted classes, int64, shape (..., k).
        k: for names alone: `predictions_idx` says how many.
        class_id: count this class alone; all by default.
        weights: shape (...) or a scalar; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the recall so far, and the recall with this batch, which counts it: float64 scalars, NaN before anything is
        counted. The counts are local variables.

    Raises:
        ValueError: shapes that do not go together.
    """
    arguments = (labels, predictions_idx, k, class_id, weights, metrics_collections, updates_collections, name)
    return _part_of_true("recall", "false_negative", _false_negatives, *arguments)


def _name(what: str, k: int | None, class_id: int | None = None) -> str:
    name = f"{what}_at_{'k' if k is None else k}"
    return name if class_id is None else f"{name}_class{class_id}"


def _part_of_true(
    what: str,
    others: str,
    count_others: Callable[..., Tensor],
    labels: Any,
    predictions_idx: Any,
    k: int | None,
    class_id: int | None,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    with name_scope(name, _name(what, k, class_id), [predictions_idx, labels, weights]) as scope:
        labels = expanded_labels(labels, predictions_idx)
        best = cast(predictions_idx, dtypes.int64)
        counted = (labels, best, k, class_id, weights)
        found, new_found = _streaming("true_positive", true_positives, *counted)
        other, new_other = _streaming(others, count_others, *counted)
        value = listed(divide(found, add(found, other), name=scope), metrics_collections)
        update = divide(new_found, add(new_found, new_other), name="update")
        return value, listed(update, updates_collections)


def _streaming(
    what: str,
    count: Callable[..., Tensor],
    labels: Any,
    predictions_idx: Tensor,
    k: int | None,
    class_id: int | None,
    weights: Any,
) -> tuple[Any, Tensor]:
    with name_scope(None, _name(what, k, class_id), [predictions_idx, labels, weights]) as scope:
        hits = count(labels, predictions_idx, class_id, weights)
        total = cast(reduce_sum(hits), dtypes.float64)
        variable = metric_variable([], dtypes.float64, name=scope)
        return variable, assign_add(variable, total, name="update")


def true_positives(
    labels: Any, predictions_idx: Any, class_id: int | None = None, weights: Any = None, name: str | None = None
) -> Tensor:
    """How many predictions of each example are among its labels, float64."""
    with name_scope(name, "true_positives", [predictions_idx, labels, weights]):
        labels, predictions_idx = _of_class(labels, predictions_idx, class_id)
        return _weighted(set_size(set_intersection(predictions_idx, labels)), weights)


def _false_positives(labels: Any, predictions_idx: Any, class_id: int | None, weights: Any) -> Tensor:
    with name_scope(None, "false_positives", [predictions_idx, labels, weights]):
        labels, predictions_idx = _of_class(labels, predictions_idx, class_id)
        return _weighted(set_size(set_difference(predictions_idx, labels, aminusb=True)), weights)


def _false_negatives(labels: Any, predictions_idx: Any, class_id: int | None, weights: Any) -> Tensor:
    with name_scope(None, "false_negatives", [predictions_idx, labels, weights]):
        labels, predictions_idx = _of_class(labels, predictions_idx, class_id)
        return _weighted(set_size(set_difference(predictions_idx, labels, aminusb=False)), weights)


def _weighted(counts: Tensor, weights: Any) -> Tensor:
    counts = cast(counts, dtypes.float64)
    if weights is None:
        return counts
    with control_dependencies([assert_broadcastable(weights, counts)]):
        return multiply(counts, cast(weights, dtypes.float64))


def _of_class(labels: Any, predictions_idx: Any, class_id: int | None) -> tuple[Any, Any]:
    if class_id is None:
        return labels, predictions_idx
    return _only(labels, class_id), _only(predictions_idx, class_id)


def _only(ids: Any, class_id: int) -> SparseTensor:
    """`ids` without all other classes; only a sparse tensor can hold what is left."""
    ids = convert_to_tensor_or_sparse_tensor(ids)
    if isinstance(ids, SparseTensor):
        return sparse_retain(ids, equal(ids.values, class_id))
    shape = shape_of(ids, out_type=dtypes.int64)
    last: Any = size(shape) - 1
    wanted = fill(reduced_shape_later(shape, reshape(last, [1])), cast(class_id, dtypes.int64))
    found = set_intersection(wanted, ids)
    return SparseTensor(found.indices, found.values, shape)


def expanded_labels(labels: Any, predictions: Any) -> Any:
    """Labels of the rank of `predictions`: a single label of each example becomes a list of one.

    Raises:
        ValueError: the ranks are known to differ by more.
    """
    with name_scope(None, "expand_labels", [labels, predictions]) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            return _expanded_sparse(labels, predictions, scope)
        own, wanted = labels.shape.rank, predictions.shape.rank
        if own is not None and wanted is not None:
            if own == wanted:
                return labels
            if own + 1 == wanted:
                return expand_dims(labels, -1, name=scope)
            raise ValueError(
                f"Unexpected labels shape {labels.shape} for predictions shape {predictions.shape}: labels need the "
                "rank of the predictions, or one dimension less."
            )
        is_less: Any = equal(rank_of(predictions), rank_of(labels) + 1)
        return cond(is_less, lambda: expand_dims(labels, -1, name=scope), lambda: labels)


def _expanded_sparse(labels: SparseTensor, predictions: Tensor, scope: str) -> SparseTensor:
    is_less = equal(rank_of(predictions), size(labels.dense_shape) + 1)

    def expanded() -> SparseTensor:
        return sparse_reshape(labels, concat([labels.dense_shape, [1]], 0), name=scope)

    return cond(is_less, expanded, lambda: labels)

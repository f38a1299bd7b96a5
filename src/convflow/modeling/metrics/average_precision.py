"""Average precision of the k best predictions (API: tf.metrics.average_precision_at_k)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor
from convflow.modeling.metrics.means import Pair
from convflow.modeling.metrics.state import listed, metric_variable
from convflow.modeling.metrics.top_k import expanded_labels, precision_at_k, true_positives
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like, zeros_like
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size
from convflow.ops.array.slice import slice_
from convflow.ops.array.tile import tile
from convflow.ops.control_flow import cond
from convflow.ops.math.arithmetic import divide, minimum, multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater_equal
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_max, reduce_sum
from convflow.ops.math.scan import cumsum
from convflow.ops.math.select import where_v2
from convflow.ops.sets import set_size
from convflow.ops.sparse.arrange import sparse_reshape
from convflow.ops.sparse.cut import sparse_concat
from convflow.ops.state import assign_add
from convflow.ops.top_k import top_k
from convflow.ops.weights_broadcast import broadcast_weights


def average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean over examples of the average precision of the k best predictions (API of that name).

    The average precision is the mean of the precisions at those ranks 1 ... k where the prediction is a label,
    over as many as there could be.

    Args:
        labels: int64 class numbers: shape (..., labels of an example), dense or sparse, or (...).
        predictions: scores, shape (..., classes).
        k: how many predictions of each example count.
        weights: shape (...) or a scalar; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, and the mean with this batch: float64 scalars. The counts are local variables.

    Raises:
        ValueError: k is below 1.
    """
    if k < 1:
        raise ValueError(f"Invalid k={k}: at least one prediction must count.")
    with name_scope(name, f"average_precision_at_{k}", [predictions, labels, weights]) as scope:
        best = top_k(predictions, k)[1]
        classes = cast(_last_size(predictions), dtypes.int64)
        labels = _without_too_large(labels, classes)
        return average_precision_at_top_k(labels, best, weights, metrics_collections, updates_collections, scope)


def average_precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`average_precision_at_k` of given classes, the best first: int64, shape (..., k)."""
    with name_scope(name, "average_precision_at_top_k", [predictions_idx, labels, weights]) as scope:
        precision = _average_precision(labels, predictions_idx)
        return _streaming_mean(precision, weights, metrics_collections, updates_collections, scope)


def _last_size(predictions: Any) -> Tensor:
    sizes: Any = shape_of(predictions)
    return sizes[-1]


def sparse_average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The old name of `average_precision_at_k` (API: tf.metrics.sparse_average_precision_at_k).

    Args:
        labels: int64 class numbers: shape (..., labels of an example), dense or sparse, or (...).
        predictions: scores, shape (..., classes).
        k: how many predictions of each example count.
        weights: shape (...) or a scalar; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, and the mean with this batch, which counts it: float64 scalars. The counts are local variables.

    Raises:
        ValueError: k is below 1.
    """
    return average_precision_at_k(labels, predictions, k, weights, metrics_collections, updates_collections, name)


def sparse_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The old name of `precision_at_k` (API: tf.metrics.sparse_precision_at_k).

    Args:
        labels: int64 class numbers: shape (..., labels of an example), dense or sparse, or (...).
        predictions: scores, shape (..., classes).
        k: how many predictions of each example count.
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
    return precision_at_k(labels, predictions, k, class_id, weights, metrics_collections, updates_collections, name)


def _without_too_large(labels: Any, classes: Tensor) -> Any:
    """Labels with -1 for those that are no class: these can never be predicted."""
    labels = convert_to_tensor_or_sparse_tensor(labels)
    numbers = labels.values if isinstance(labels, SparseTensor) else labels

    def cleaned() -> Any:
        kept = where_v2(greater_equal(numbers, classes), -1 * ones_like(numbers), numbers)
        return SparseTensor(labels.indices, kept, labels.dense_shape) if isinstance(labels, SparseTensor) else kept

    return cond(greater_equal(reduce_max(numbers), classes), cleaned, lambda: labels)


def _average_precision(labels: Any, predictions_idx: Tensor) -> Tensor:
    with name_scope(None, "average_precision", [predictions_idx, labels]) as scope:
        best = cast(predictions_idx, dtypes.int64, name="predictions_idx")
        k = best.shape[-1].value if best.shape.rank else None
        if k is None:
            raise ValueError(
                f"The last size of predictions_idx must be known, got shape {best.shape}: give the predictions a "
                "known rank."
            )
        labels = expanded_labels(labels, best)
        # An example becomes k: one for each of its predictions, with all its labels.
        best_per_k = expand_dims(best, -1, name="predictions_idx_per_k")
        labels_per_k = _repeated(labels, k, "labels_per_k")
        relevant = true_positives(labels_per_k, best_per_k, name="relevant_per_k")
        found = cumsum(relevant, axis=-1, name="tp_per_k")
        taken = cumsum(ones_like(relevant), axis=-1, name="retrieved_per_k")
        precisions = divide(found, taken, name="precision_per_k")
        precisions = multiply(precisions, relevant, name="relevant_precision_per_k")
        total = reduce_sum(precisions, axis=(-1,), name="precision_sum")
        return divide(total, cast(_num_relevant(labels, k), dtypes.float64), name=scope)


def _repeated(labels: Any, times: int, name: str) -> Any:
    """Labels with a new dimension before the last, along which they are repeated."""
    with name_scope(name, "expand_and_tile", [labels, times, -1]) as scope:
        if isinstance(labels, SparseTensor):
            return _repeated_sparse(labels, times, scope)
        expanded = expand_dims(labels, -2, name="expand")
        if times == 1:
            return expanded
        ones: Any = ones_like(shape_of(labels))
        return tile(expanded, concat([ones[:-1], (times,), ones[-1:]], 0, name="multiples"), name=scope)


def _repeated_sparse(labels: SparseTensor, times: int, scope: str) -> SparseTensor:
    number: Any = size(labels.dense_shape)
    last = reshape(number + -1, [1])
    before, after = slice_(labels.dense_shape, [0], last), slice_(labels.dense_shape, last, [-1])
    sizes = concat([before, [1], after], 0, name="expanded_shape")
    expanded = sparse_reshape(labels, sizes, name="expand")
    return expanded if times == 1 else sparse_concat(-2, [expanded] * times, name=scope)


def _num_relevant(labels: Any, k: int) -> Tensor:
    with name_scope(None, "num_relevant", [labels]) as scope:
        if isinstance(labels, SparseTensor):
            return minimum(set_size(labels), k, name=scope)
        is_class = where_v2(greater_equal(labels, 0), ones_like(labels), zeros_like(labels))
        return minimum(reduce_sum(is_class, axis=-1), k, name=scope)


def _streaming_mean(
    precision: Tensor, weights: Any, metrics_collections: Any, updates_collections: Any, scope: str
) -> Pair:
    if weights is not None:
        weights = broadcast_weights(cast(weights, dtypes.float64), precision)
        precision = multiply(precision, weights)
    with name_scope(None, "max", [precision]) as max_scope:
        # The largest that the total could be: the number of examples, or the sum of their weights.
        largest = metric_variable([], dtypes.float64, name=max_scope)
        if weights is None:
            batch = cast(size(precision, name="batch_max"), dtypes.float64)
        else:
            batch = reduce_sum(weights, name="batch_max")
        new_largest = assign_add(largest, batch, name="update")
    with name_scope(None, "total", [precision]) as total_scope:
        total = metric_variable([], dtypes.float64, name=total_scope)
        new_total = assign_add(total, reduce_sum(precision, name="batch_total"), name="update")
    value = listed(div_no_nan(total, largest, name="mean"), metrics_collections)
    return value, listed(div_no_nan(new_total, new_largest, name=scope), updates_collections)

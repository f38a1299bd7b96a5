"""Metrics of each class (API: tf.metrics.mean_iou, mean_per_class_accuracy)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.metrics.arguments import check_same_shape
from convflow.modeling.metrics.means import Pair
from convflow.modeling.metrics.state import listed, metric_variable
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.constant import ones, ones_like
from convflow.ops.array.diag import diag_part
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import size
from convflow.ops.math.arithmetic import divide, maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater, not_equal
from convflow.ops.math.confusion_matrix import confusion_matrix
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_mean, reduce_sum
from convflow.ops.math.select import where
from convflow.ops.scatter import scatter_add
from convflow.ops.state import assign_add


def mean_iou(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean over classes of intersection over union, as for segmentations (API: tf.metrics.mean_iou).

    true positives / (true positives + false positives + false negatives), over the classes that occur.

    Args:
        labels, predictions: class numbers from 0 on, of one shape.
        num_classes: how many classes there are.
        weights: of their shape; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, a float32 scalar, and what counts this batch: the confusion matrix, float64, shape
        (num_classes, num_classes). It is a local variable.
    """
    with variable_scope(name, "mean_iou", [predictions, labels, weights]):
        predictions, labels = convert_to_tensor(predictions), convert_to_tensor(labels)
        check_same_shape("predictions", predictions, "labels", labels)
        matrix, update = _streaming_confusion_matrix(labels, predictions, num_classes, weights)
        value = listed(_mean_iou(matrix), metrics_collections)
        return value, listed(update, updates_collections)


def _streaming_confusion_matrix(labels: Tensor, predictions: Tensor, num_classes: int, weights: Any) -> Any:
    matrix = metric_variable([num_classes, num_classes], dtypes.float64, name="total_confusion_matrix")
    predictions = cast(predictions, dtypes.int64)
    labels = cast(labels, dtypes.int64)
    number = cast(num_classes, dtypes.int64)
    predictions, labels = _flat(predictions), _flat(labels)
    if weights is not None:
        weights = _flat(convert_to_tensor(weights))
    batch = confusion_matrix(labels, predictions, number, weights=weights, dtype=dtypes.float64)
    return matrix, assign_add(matrix, batch)


def _flat(tensor: Tensor) -> Tensor:
    rank = tensor.shape.rank
    return reshape(tensor, [-1]) if rank is not None and rank > 1 else tensor


def _mean_iou(matrix: Any) -> Tensor:
    predicted: Any = cast(reduce_sum(matrix, 0), dtypes.float32)
    actual: Any = cast(reduce_sum(matrix, 1), dtypes.float32)
    common = cast(diag_part(matrix), dtypes.float32)
    union = predicted + actual - common
    occurring = reduce_sum(cast(not_equal(union, 0), dtypes.float32))
    safe_union = where(greater(union, 0), union, ones_like(union))
    iou = divide(common, safe_union)
    return where(greater(occurring, 0), divide(reduce_sum(iou, name="mean_iou"), occurring), 0)


def mean_per_class_accuracy(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean over classes of which part of a class is predicted right (API: tf.metrics.mean_per_class_accuracy).

    Classes that do not occur count as 0.

    Args:
        labels, predictions: class numbers from 0 on, of one shape.
        num_classes: how many classes there are.
        weights: of their shape; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, a float32 scalar, and the accuracy of each class with this batch, shape (num_classes,).

    Raises:
        ValueError: shapes that differ.
    """
    with variable_scope(name, "mean_accuracy", [predictions, labels, weights]):
        labels = cast(labels, dtypes.int64)
        labels, predictions = _flat(labels), _flat(convert_to_tensor(predictions))
        check_same_shape("predictions", predictions, "labels", labels)
        total = metric_variable([num_classes], dtypes.float32, name="total")
        count = metric_variable([num_classes], dtypes.float32, name="count")
        number: Any = ones([size(labels)], dtypes.float32)
        predictions = cast(predictions, labels.dtype)
        correct: Any = cast(equal(predictions, labels), dtypes.float32)
        if weights is not None:
            factors = cast(_flat(convert_to_tensor(weights)), dtypes.float32)
            correct = correct * factors
            number = number * factors
        new_total = scatter_add(total, labels, number)
        new_count = scatter_add(count, labels, correct)
        of_class = div_no_nan(count, maximum(total, 0))
        value = listed(reduce_mean(of_class, name="mean_accuracy"), metrics_collections)
        update = div_no_nan(new_count, maximum(new_total, 0), name="update_op")
        return value, listed(update, updates_collections)

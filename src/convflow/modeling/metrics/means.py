"""Means over all batches (API: tf.metrics.mean, accuracy, mean_squared_error ...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.metrics.arguments import aligned, check_same_shape
from convflow.modeling.metrics.state import listed, metric_variable, value_and_update
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.constant import ones_like, zeros_like
from convflow.ops.array.shape_ops import size
from convflow.ops.math.arithmetic import divide, maximum, multiply, squared_difference, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, less
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import sqrt
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where
from convflow.ops.squeezable import remove_squeezable_dimensions
from convflow.ops.state import assign_add
from convflow.ops.weights_broadcast import broadcast_weights

Pair = tuple[Tensor, Tensor]


def mean(
    values: Any, weights: Any = None, metrics_collections: Any = None, updates_collections: Any = None, name: Any = None
) -> Pair:
    """The weighted mean of all elements of all batches (API: tf.metrics.mean).

    Args:
        values: any shape, cast to float32.
        weights: a scalar, or a tensor of the rank of `values`, each size 1 or the same; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, and the mean with this batch, which counts it: both float32 scalars, 0 before anything
        is counted. The counts are local variables: run `tf.local_variables_initializer` first.

    Raises:
        ValueError: weights that do not fit.
    """
    with variable_scope(name, "mean", [values, weights]):
        values = cast(values, dtypes.float32)
        total = metric_variable([], dtypes.float32, name="total")
        count = metric_variable([], dtypes.float32, name="count")
        if weights is None:
            number = cast(size(values), dtypes.float32)
        else:
            values, _, weights = aligned(values, None, weights)
            weights = broadcast_weights(cast(weights, dtypes.float32), values)
            values = multiply(values, weights)
            number = reduce_sum(weights)
        new_total = assign_add(total, reduce_sum(values))
        with control_dependencies([values]):
            new_count = assign_add(count, number)
        return value_and_update(
            _quotient, [total, count], [new_total, new_count], metrics_collections, updates_collections
        )


def mean_tensor(
    values: Any, weights: Any = None, metrics_collections: Any = None, updates_collections: Any = None, name: Any = None
) -> Pair:
    """The weighted mean of each element over the batches (API: tf.metrics.mean_tensor).

    Args:
        values: a tensor of known shape, cast to float32.
        weights: a scalar, or a tensor of the rank of `values`, each size 1 or the same; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the means so far, and the means with this batch: float32, the shape of `values`. The counts are local variables.

    Raises:
        ValueError: the shape of `values` is not fully known, or weights that do not fit.
    """
    with variable_scope(name, "mean", [values, weights]):
        values = cast(values, dtypes.float32)
        if not values.shape.is_fully_defined():
            raise ValueError(
                f"mean_tensor keeps a mean for each element, so the shape of values must be known, got {values.shape}. "
                "Use set_shape, or tf.metrics.mean for the mean of all."
            )
        total = metric_variable(values.shape, dtypes.float32, name="total_tensor")
        count = metric_variable(values.shape, dtypes.float32, name="count_tensor")
        number = ones_like(values)
        if weights is not None:
            values, _, weights = aligned(values, None, weights)
            weights = broadcast_weights(cast(weights, dtypes.float32), values)
            values = multiply(values, weights)
            number = multiply(number, weights)
        new_total = assign_add(total, values)
        with control_dependencies([values]):
            new_count = assign_add(count, number)
        return value_and_update(
            _quotient, [total, count], [new_total, new_count], metrics_collections, updates_collections
        )


def _quotient(total: Any, count: Any, name: str) -> Tensor:
    return div_no_nan(total, maximum(count, 0), name=name)


def accuracy(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """How often predictions equal labels (API: tf.metrics.accuracy).

    Args:
        labels, predictions: classes, any shape; predictions are cast to the type of the labels.
        weights, metrics_collections, updates_collections, name: as for `mean`.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    if labels.dtype is not predictions.dtype:
        predictions = cast(predictions, labels.dtype)
    correct = cast(equal(predictions, labels), dtypes.float32)
    return mean(correct, weights, metrics_collections, updates_collections, name or "accuracy")


def percentage_below(
    values: Any,
    threshold: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Which part of the values is below `threshold` (API: tf.metrics.percentage_below).

    Args:
        values: a tensor of numbers.
        threshold: a number, or a tensor that broadcasts with `values`.
        weights: a scalar, or a tensor of the rank of `values`, each size 1 or the same; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the part so far, and the part with this batch, which counts it: float32 scalars. The counts are local variables.

    Raises:
        ValueError: weights that do not fit.
    """
    below = cast(less(values, threshold), dtypes.float32)
    return mean(below, weights, metrics_collections, updates_collections, name or "percentage_below_threshold")


def mean_absolute_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean of |predictions - labels| (API: tf.metrics.mean_absolute_error).

    Args:
        labels, predictions: tensors of one shape and type.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, and the mean with this batch, which counts it: float32 scalars. The counts are local variables.

    Raises:
        ValueError: shapes or weights that do not fit.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    errors = absolute(predictions - labels)
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_absolute_error")


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean of (labels - predictions) squared (API: tf.metrics.mean_squared_error).

    Args:
        labels, predictions: tensors of one shape and type.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the mean so far, and the mean with this batch, which counts it: float32 scalars. The counts are local variables.

    Raises:
        ValueError: shapes or weights that do not fit.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    errors = squared_difference(labels, predictions)
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_squared_error")


def root_mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The square root of `mean_squared_error` (API: tf.metrics.root_mean_squared_error).

    Args:
        labels, predictions: tensors of one shape and type.
        weights: a scalar, or a tensor of their rank, each size 1 or theirs; 1 by default.
        metrics_collections, updates_collections: where to list the two results; None for nowhere.
        name: of the scope.

    Returns:
        the root so far, and the root with this batch, which counts it: float32 scalars. The counts are local variables.

    Raises:
        ValueError: shapes or weights that do not fit.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    value, update = mean_squared_error(labels, predictions, weights, None, None, name or "root_mean_squared_error")
    root = listed(sqrt(value), metrics_collections)
    return root, listed(sqrt(update), updates_collections)


def mean_relative_error(
    labels: Any,
    predictions: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean of |labels - predictions| / normalizer (API: tf.metrics.mean_relative_error).

    Args:
        labels, predictions, normalizer: tensors of one shape and float type; where the normalizer is 0 the error is.
        weights, metrics_collections, updates_collections, name: as for `mean`.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    predictions, normalizer = remove_squeezable_dimensions(predictions, normalizer)
    check_same_shape("predictions", predictions, "normalizer", normalizer)
    errors = where(equal(normalizer, 0.0), zeros_like(labels), divide(absolute(labels - predictions), normalizer))
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_relative_error")


def mean_cosine_distance(
    labels: Any,
    predictions: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """1 - the mean product of unit vectors along `dim` (API: tf.metrics.mean_cosine_distance).

    Args:
        labels, predictions: vectors of length 1 along `dim`; they are not normalized here.
        dim: the dimension of the vectors' elements.
        weights: one per vector, size 1 along `dim`.
        metrics_collections, updates_collections, name: as for `mean`.
    """
    predictions, labels, weights = aligned(predictions, labels, weights)
    products = reduce_sum(multiply(predictions, labels), axis=[dim], keepdims=True)
    value, update = mean(products, weights, None, None, name or "mean_cosine_distance")
    distance = subtract(1.0, value)
    new_distance = subtract(1.0, update)
    return listed(distance, metrics_collections), listed(new_distance, updates_collections)

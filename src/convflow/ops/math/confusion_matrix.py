"""How often each class was taken for each (API: tf.confusion_matrix)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.constant import ones_like
from convflow.ops.array.gather_nd import scatter_nd
from convflow.ops.array.stack import stack
from convflow.ops.assert_compare import assert_less, assert_non_negative
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_max
from convflow.ops.squeezable import remove_squeezable_dimensions


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: Any = dtypes.int32,
    name: str | None = None,
    weights: Any = None,
) -> Tensor:
    """How many examples of each class (row) were predicted to be of each class (column) (API: tf.confusion_matrix).

    Args:
        labels, predictions: vectors of class numbers from 0 on; a last axis of size 1 is dropped from one of them.
        num_classes: the number n of classes, one more than the largest number by default.
        dtype: the matrix' type.
        weights: of the shape of `predictions`: what each example counts.

    Returns:
        [n, n].

    Raises:
        ValueError: vectors of sizes that differ.
        InvalidArgumentError: (when run) a number that is negative or not below num_classes.
    """
    given = [predictions, labels] if num_classes is None else [predictions, labels, num_classes]
    with name_scope(name, "confusion_matrix", [*given, weights]):
        labels, predictions = remove_squeezable_dimensions(
            convert_to_tensor(labels, name="labels"), convert_to_tensor(predictions, name="predictions")
        )
        predictions, labels = cast(predictions, dtypes.int64), cast(labels, dtypes.int64)
        labels = _checked(assert_non_negative(labels, message="`labels` contains negative values"), labels)
        predictions = _checked(
            assert_non_negative(predictions, message="`predictions` contains negative values"), predictions
        )
        if num_classes is None:
            num_classes = maximum(reduce_max(predictions), reduce_max(labels)) + 1
        else:
            limit = cast(num_classes, dtypes.int64)
            labels = _checked(assert_less(labels, limit, message="`labels` out of bound"), labels)
            predictions = _checked(assert_less(predictions, limit, message="`predictions` out of bound"), predictions)
        counts = _counts(predictions, weights, dtypes.as_dtype(dtype))
        shape = stack([num_classes, num_classes])
        indices = stack([labels, predictions], axis=1)
        if weights is None:
            counts = ones_like(predictions, dtype)
        return scatter_nd(indices=indices, updates=counts, shape=cast(shape, dtypes.int64))


def _checked(check: Any, tensor: Tensor) -> Tensor:
    return with_dependencies([check], tensor)


def _counts(predictions: Tensor, weights: Any, dtype: DType) -> Any:
    if weights is None:
        return None
    weights = convert_to_tensor(weights, name="weights")
    predictions.shape.assert_is_compatible_with(weights.shape)
    return cast(weights, dtype)

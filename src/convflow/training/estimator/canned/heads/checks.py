"""What heads check of labels, logits and weights (API: tf.estimator.Head)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.graph.sparse_tensor import convert_to_tensor_or_sparse_tensor, is_sparse
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_equal, assert_less_equal, assert_non_negative
from convflow.ops.assert_rank import assert_rank_at_least
from convflow.ops.assertion import assert_
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.reduce import reduce_all, reduce_any
from convflow.training.feature_column.base import DenseColumn
from convflow.training.feature_column.builder import LazyBuilder
from convflow.training.feature_column.numeric import numeric_column


def checked_logits(logits: Any, dimension: int) -> Tensor:
    """The logits as float32; ValueError if their last axis is known to have another size."""
    with name_scope(None, "logits", [logits]) as scope:
        logits = cast(logits, dtypes.float32)
        sizes = shape_of(logits)
        message = f"logits shape must be [D0, D1, ... DN, logits_dimension={dimension}]"
        with control_dependencies([assert_rank_at_least(logits, 2, data=[sizes], message=message)]):
            last = logits.shape[-1].value if logits.shape.rank else None
            if last is None:
                with control_dependencies([assert_equal(dimension, sizes[-1], data=[sizes], message=message)]):
                    return identity(logits, name=scope)
            if last != dimension:
                raise ValueError(f"{message}, got {logits.shape}.")
            return logits


def checked_labels(labels: Any, logits: Tensor, dimension: int) -> Tensor:
    """The labels with the axes of the logits, the last of size `dimension`.

    Raises:
        ValueError: none, sparse ones, or a last axis that is known to have another size.
        InvalidArgumentError: in the run: other sizes.
    """
    if labels is None:
        raise ValueError(
            "You must provide a labels Tensor. Given: None. Let the input_fn return pairs of features and labels."
        )
    with name_scope(None, "labels", [labels, logits]) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if is_sparse(labels):
            raise ValueError(
                "SparseTensor labels are not supported. labels must be a Tensor of shape "
                f"[D0, D1, ..., DN, {dimension}]. Use tf.sparse_tensor_to_dense in the input_fn."
            )
        if labels.shape.rank is not None and labels.shape.rank + 1 == logits.shape.rank:
            labels = expand_dims(labels, -1)
        sizes, wanted = shape_of(labels), shape_of(logits)
        message = f"labels shape must be [D0, D1, ... DN, {dimension}]. Check n_classes and the labels themselves."
        with control_dependencies([assert_rank_at_least(labels, 2, message=message)]):
            last = labels.shape[-1].value if labels.shape.rank else None
            if last is not None and last != dimension:
                raise ValueError(
                    f"Mismatched label shape. Expected labels dimension={dimension}.  Received {last}. Check the "
                    "n_classes or label_dimension argument of the estimator and the shape of the labels; a classifier "
                    "takes numbers of classes, not one-hot labels."
                )
            expected = concat([wanted[:-1], [dimension]], axis=0)
            data = ["expected_labels_shape: ", expected, "labels_shape: ", sizes]
            with control_dependencies([assert_equal(expected, sizes, message=message, data=data)]):
                return identity(labels, name=scope)


def checked_weights(features: Mapping[str, Any], column: Any, logits: Tensor, per_logit: bool = False) -> Any:
    """The weight of each example, float32 of shape (examples, 1); 1.0 without a column of weights.

    Args:
        features: what the column reads.
        column: a key or a dense column, None for none.
        logits: tells how many examples there are.
        per_logit: a weight for each logit may be given, too.

    Raises:
        TypeError: another column. InvalidArgumentError: in the run: other sizes.
    """
    if column is None:
        return 1.0
    if isinstance(column, str):
        column = numeric_column(column, shape=(1,))
    if not isinstance(column, DenseColumn):
        raise TypeError(f"Weight column must be either a string or DenseColumn. Given type: {type(column)}.")
    with name_scope(None, "weights", [*features.values(), logits]) as scope:
        weights = cast(column.get_dense_tensor(LazyBuilder(features), [], False), dtypes.float32, name="weights")
        sizes, wanted = shape_of(weights, name="weights_shape"), shape_of(logits, name="logits_shape")
        data = ["logits_shape: ", wanted, "weights_shape: ", sizes]
        one_each = concat([wanted[:-1], [1]], axis=0)
        message = "weights shape must be [D0, D1, ... DN] or [D0, D1, ... DN, 1]"
        if per_logit:
            fits = reduce_any([reduce_all(equal(wanted, sizes)), reduce_all(equal(one_each, sizes))])
            check = assert_(fits, [message + " or [D0, D1, ... DN, logits_dimension]", *data])
        else:
            check = assert_equal(one_each, sizes, message=message, data=data)
        with control_dependencies([check]):
            return identity(weights, name=scope)


def in_range(labels: Tensor, n_classes: int) -> Tensor:
    """The labels; an InvalidArgumentError of the run unless they are in [0, n_classes)."""
    with name_scope(None, "assert_range", [labels]):
        largest = convert_to_tensor(n_classes - 1, dtype=labels.dtype)
        message = f"Labels must be numbers of classes, from 0 to {n_classes - 1}. Check n_classes."
        checks = [assert_less_equal(labels, largest, message=message), assert_non_negative(labels, message=message)]
        with control_dependencies(checks):
            return identity(labels)

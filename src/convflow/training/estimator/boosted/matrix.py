"""Features as a matrix for trees (API: tf.estimator.BoostedTreesClassifier's feature_columns)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import is_sparse
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.cast import cast
from convflow.training.feature_column.base import DenseColumn, in_order, normalized
from convflow.training.feature_column.builder import LazyBuilder
from convflow.training.feature_column.indicator import indicator_column
from convflow.training.feature_column.numeric import BucketizedColumn


def widths_of(columns: Sequence[Any]) -> list[tuple[str, int]]:
    """By name how many columns of the matrix each feature column takes, in their order."""
    return [(column.name, _width(column)) for column in in_order(_dense(columns))]


def _dense(columns: Any) -> list[Any]:
    each: list[Any] = normalized(columns)
    return [column if isinstance(column, DenseColumn) else indicator_column(column) for column in each]


def _width(column: Any) -> int:
    values = column.source_column if isinstance(column, BucketizedColumn) else column
    return math.prod(values.variable_shape.as_list())


def matrix_of_columns(features: Mapping[str, Any], columns: Any) -> Tensor:
    """What the columns make of the features: float32 of shape (examples, columns of the matrix).

    A bucketized column is the number of its range, which trees compare; a categorical one the count of each id.
    """
    with name_scope("transform_features"):
        builder = LazyBuilder(features)
        made = []
        for column in in_order(_dense(columns)):
            if isinstance(column, BucketizedColumn):
                values = cast(builder.get(column), dtypes.float32)
            else:
                values = column.get_dense_tensor(builder, [], False)
            made.append(reshape(values, (shape_of(values)[0], _width(column))))
        return concat(made, 1)


def matrix_of_features(features: Mapping[str, Any]) -> Tensor:
    """All features side by side, in the order of their keys: float32 of shape (examples, numbers of an example).

    Raises:
        ValueError: a feature that is no dense numbers, or whose size is not known.
    """
    with name_scope("transform_features"):
        return concat([_numbers(key, features[key]) for key in sorted(features, key=str)], 1)


def _numbers(key: str, feature: Any) -> Tensor:
    if is_sparse(feature):
        raise ValueError(f"Feature {key} is sparse: name a column of tf.feature_column for it as feature_columns.")
    feature = convert_to_tensor(feature)
    if not (feature.dtype.is_floating or feature.dtype.is_integer):
        raise ValueError(
            f"Feature {key} is of {feature.dtype.name}, trees compare numbers. Name a column for it "
            "of tf.feature_column as feature_columns."
        )
    if feature.shape.rank == 1:
        feature = expand_dims(feature, 1)
    size = feature.shape[1:].num_elements() if feature.shape.rank else None
    if size is None:
        raise ValueError(f"Feature {key} has shape {feature.shape}: an example must have a known size.")
    return cast(reshape(feature, (shape_of(feature)[0], size)), dtypes.float32)

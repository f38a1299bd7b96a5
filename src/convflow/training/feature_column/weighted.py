"""Ids with weights (API: tf.feature_column.weighted_categorical_column)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.sparse_tensor import convert_to_tensor_or_sparse_tensor, is_sparse
from convflow.ops.math.cast import cast
from convflow.ops.parsing_features import VarLenFeature
from convflow.training.feature_column.base import CategoricalColumn, IdWeightPair
from convflow.training.feature_column.builder import LazyBuilder, to_sparse


class _WeightedFields(NamedTuple):
    categorical_column: CategoricalColumn
    weight_feature_key: str
    dtype: dtypes.DType


class WeightedCategoricalColumn(_WeightedFields, CategoricalColumn):
    """What `weighted_categorical_column` returns (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        spec = dict(self.categorical_column.parse_example_spec)
        if self.weight_feature_key in spec:
            raise ValueError(
                f"Parse config {spec[self.weight_feature_key]} already exists for {self.weight_feature_key}."
            )
        return spec | {self.weight_feature_key: VarLenFeature(self.dtype)}

    def transform_feature(self, builder: LazyBuilder) -> tuple[Any, Any]:
        weights = convert_to_tensor_or_sparse_tensor(builder.get(self.weight_feature_key))
        if self.dtype != weights.dtype.base_dtype:
            raise ValueError(
                f"Bad dtype, expected {self.dtype}, but got {weights.dtype}: the weights {self.weight_feature_key}."
            )
        if not is_sparse(weights):
            weights = to_sparse(weights, ignore_value=0.0)
        if not weights.dtype.is_floating:
            weights = cast(weights, dtypes.float32)
        return builder.get(self.categorical_column), weights

    @property
    def num_buckets(self) -> int:
        return self.categorical_column.num_buckets

    def get_sparse_tensors(self, builder: LazyBuilder) -> IdWeightPair:
        return IdWeightPair(*builder.get(self))


def weighted_categorical_column(
    categorical_column: CategoricalColumn, weight_feature_key: str, dtype: Any = dtypes.float32
) -> WeightedCategoricalColumn:
    """A categorical column with a weight for each of its ids (API: tf.feature_column.weighted_categorical_column).

    Args:
        categorical_column: the ids.
        weight_feature_key: the key of the weights: the same places as the ids.
        dtype: the weights' type.

    Raises:
        ValueError: a type of no numbers.
    """
    if dtype is None or not (dtypes.as_dtype(dtype).is_integer or dtypes.as_dtype(dtype).is_floating):
        raise ValueError(f"dtype {dtype} is not convertible to float.")
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, dtypes.as_dtype(dtype))

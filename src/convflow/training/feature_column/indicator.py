"""Counts of ids (API: tf.feature_column.indicator_column)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.ops.array.gather_nd import scatter_nd
from convflow.ops.array.one_hot import one_hot
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.sparse.cut import sparse_slice
from convflow.ops.sparse.merge import sparse_merge
from convflow.ops.sparse.to_dense import sparse_tensor_to_dense
from convflow.training.feature_column.base import CategoricalColumn, DenseColumn
from convflow.training.feature_column.builder import LazyBuilder
from convflow.training.feature_column.sequence_categorical import refuse_sequence


class _IndicatorFields(NamedTuple):
    categorical_column: CategoricalColumn


class IndicatorColumn(_IndicatorFields, DenseColumn):
    """What `indicator_column` returns (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_indicator"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.categorical_column.parse_example_spec

    def transform_feature(self, builder: LazyBuilder) -> Tensor:
        ids, weights = self.categorical_column.get_sparse_tensors(builder)
        size = self.categorical_column.num_buckets
        if weights is None:
            dense = sparse_tensor_to_dense(ids, default_value=-1)
            return reduce_sum(one_hot(dense, depth=size, on_value=1.0, off_value=0.0), axis=[-2])
        weighted = sparse_merge(sp_ids=ids, sp_values=weights, vocab_size=size)
        # Ids of -1 stand outside: they are cut off.
        inside = sparse_slice(weighted, [0, 0], weighted.dense_shape)
        return scatter_nd(inside.indices, inside.values, inside.dense_shape)

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape([1, self.categorical_column.num_buckets])

    def get_dense_tensor(self, builder: LazyBuilder, weight_collections: list[str], trainable: bool) -> Tensor:
        refuse_sequence("indicator_column", self.name, self.categorical_column)
        return builder.get(self)


def indicator_column(categorical_column: CategoricalColumn) -> IndicatorColumn:
    """How often each id comes in an example: float32 (API: tf.feature_column.indicator_column).

    Args:
        categorical_column: the ids; with weights these are written in place of 1.

    Raises:
        ValueError: another column.
    """
    if not isinstance(categorical_column, CategoricalColumn):
        raise ValueError(f"Unsupported input type. Input must be a CategoricalColumn. Given: {categorical_column}")
    return IndicatorColumn(categorical_column)

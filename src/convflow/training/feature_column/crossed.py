"""Ids of combinations (API: tf.feature_column.crossed_column)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.parsing_features import VarLenFeature
from convflow.ops.sparse.cross import sparse_cross_hashed
from convflow.training.feature_column.base import CategoricalColumn, FeatureColumn
from convflow.training.feature_column.builder import LazyBuilder
from convflow.training.feature_column.hashed import HashedCategoricalColumn


class _CrossedFields(NamedTuple):
    keys: tuple[Any, ...]
    hash_bucket_size: int
    hash_key: int | None


class CrossedColumn(_CrossedFields, CategoricalColumn):
    """What `crossed_column` returns (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return "_X_".join(sorted(key if isinstance(key, str) else key.name for key in self._leaves()))

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = {}
        for key in self.keys:
            spec |= key.parse_example_spec if isinstance(key, FeatureColumn) else {key: VarLenFeature(dtypes.string)}
        return spec

    def _leaves(self) -> Iterator[Any]:
        for key in self.keys:
            if isinstance(key, CrossedColumn):
                yield from key._leaves()
            else:
                yield key

    def transform_feature(self, builder: LazyBuilder) -> SparseTensor:
        values = [builder.get(key) if isinstance(key, str) else _ids(key, builder) for key in self._leaves()]
        return sparse_cross_hashed(values, num_buckets=self.hash_bucket_size, hash_key=self.hash_key)

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size


def _ids(column: CategoricalColumn, builder: LazyBuilder) -> SparseTensor:
    ids, weights = column.get_sparse_tensors(builder)
    if weights is not None:
        raise ValueError(
            "crossed_column does not support weight_tensor, but the given column populates weight_tensor. "
            f"Given column: {column.name}"
        )
    return ids


def crossed_column(keys: Sequence[Any], hash_bucket_size: int, hash_key: int | None = None) -> CrossedColumn:
    """Combinations of several columns, numbered by a hash (API: tf.feature_column.crossed_column).

    Args:
        keys: two or more keys of features, categorical columns or crossed columns.
        hash_bucket_size: how many ids.
        hash_key: where the hash begins.

    Raises:
        ValueError: fewer keys, something else among them, or a column that hashes itself.
    """
    if not hash_bucket_size or hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be at least 1. hash_bucket_size: {hash_bucket_size}")
    if not keys or len(keys) < 2:
        raise ValueError(f"keys must be a list with length > 1. Given: {keys}")
    for key in keys:
        if not isinstance(key, (str, CategoricalColumn)):
            raise ValueError(
                "Unsupported key type. All keys must be either string, or categorical column except "
                f"HashedCategoricalColumn. Given: {key}"
            )
        if isinstance(key, HashedCategoricalColumn):
            raise ValueError(
                "categorical_column_with_hash_bucket is not supported for crossing: hashing before crossing makes "
                f"more collisions. Use the feature name as a string. Given: {key}"
            )
    return CrossedColumn(tuple(keys), hash_bucket_size, hash_key)

"""Ids that are hashes (API: tf.feature_column.categorical_column_with_hash_bucket)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.parsing_features import VarLenFeature
from convflow.ops.string_convert import as_string
from convflow.ops.string_hash import string_to_hash_bucket_fast
from convflow.training.feature_column.base import CategoricalColumn, check_key, check_string_or_int
from convflow.training.feature_column.builder import LazyBuilder, to_sparse


class _HashedFields(NamedTuple):
    key: str
    hash_bucket_size: int
    dtype: dtypes.DType


class HashedCategoricalColumn(_HashedFields, CategoricalColumn):
    """What `categorical_column_with_hash_bucket` returns (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature(self.dtype)}

    def transform_feature(self, builder: LazyBuilder) -> SparseTensor:
        words = to_sparse(builder.get(self.key))
        check_word_type(self.key, self.dtype, words.dtype)
        values = words.values if self.dtype == dtypes.string else as_string(words.values)
        ids = string_to_hash_bucket_fast(values, self.hash_bucket_size, name="lookup")
        return SparseTensor(words.indices, ids, words.dense_shape)

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size


def check_word_type(key: str, dtype: dtypes.DType, found: dtypes.DType) -> None:
    """ValueError for features that are neither strings nor whole numbers, or not the one that the column takes."""
    check_string_or_int(found, f"column_name: {key} input_tensor")
    if dtype.is_integer != found.is_integer:
        raise ValueError(
            "Column dtype and SparseTensors dtype must be compatible. "
            f"key: {key}, column dtype: {dtype}, tensor dtype: {found}"
        )


def categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = dtypes.string
) -> HashedCategoricalColumn:
    """Words, or whole numbers, numbered by a hash (API: tf.feature_column.categorical_column_with_hash_bucket).

    Args:
        key: the feature's key, and the column's name.
        hash_bucket_size: how many ids; different words may get the same.
        dtype: string or whole numbers. "" and -1 in a dense feature stand for nothing.

    Raises:
        ValueError: no bucket, another type, or a key that is no string.
    """
    if hash_bucket_size is None:
        raise ValueError(f"hash_bucket_size must be set. key: {key}")
    if hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be at least 1. hash_bucket_size: {hash_bucket_size}, key: {key}")
    check_key(key)
    dtype = dtypes.as_dtype(dtype)
    check_string_or_int(dtype, f"column_name: {key}")
    return HashedCategoricalColumn(key, hash_bucket_size, dtype)

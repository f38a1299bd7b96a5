"""Ids that are places in a list of words (API: tf.feature_column.categorical_column_with_vocabulary_list, _file)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from convflow.core import dtypes, logging
from convflow.formats import gfile
from convflow.graph.scopes import init_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.modeling.lookup.vocabularies import index_table_from_file, index_table_from_tensor
from convflow.ops.math.cast import cast
from convflow.ops.parsing_features import VarLenFeature
from convflow.training.feature_column.base import CategoricalColumn, check_key, check_string_or_int
from convflow.training.feature_column.builder import LazyBuilder, to_sparse
from convflow.training.feature_column.hashed import check_word_type


class _VocabularyColumn(CategoricalColumn):
    """What the two kinds share; subclasses give `_table`."""

    key: str
    dtype: dtypes.DType

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature(self.dtype)}

    def transform_feature(self, builder: LazyBuilder) -> SparseTensor:
        words = to_sparse(builder.get(self.key))
        check_word_type(self.key, self.dtype, words.dtype)
        key_dtype = self.dtype
        if words.dtype.is_integer:
            key_dtype = dtypes.int64
            words = SparseTensor(words.indices, cast(words.values, dtypes.int64), words.dense_shape)
        with init_scope():
            table = self._table(key_dtype)
        return table.lookup(words)

    def _table(self, key_dtype: dtypes.DType) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no words.")


class _ListFields(NamedTuple):
    key: str
    vocabulary_list: tuple[Any, ...]
    dtype: dtypes.DType
    default_value: int
    num_oov_buckets: int


class VocabularyListCategoricalColumn(_ListFields, _VocabularyColumn):
    """What `categorical_column_with_vocabulary_list` returns (API: tf.feature_column)."""

    def _table(self, key_dtype: dtypes.DType) -> Any:
        return index_table_from_tensor(
            vocabulary_list=self.vocabulary_list, default_value=self.default_value,
            num_oov_buckets=self.num_oov_buckets, dtype=key_dtype, name=f"{self.key}_lookup",
        )  # fmt: skip

    @property
    def num_buckets(self) -> int:
        return len(self.vocabulary_list) + self.num_oov_buckets


def categorical_column_with_vocabulary_list(
    key: str, vocabulary_list: Any, dtype: Any = None, default_value: int = -1, num_oov_buckets: int = 0
) -> VocabularyListCategoricalColumn:
    """Words numbered by their places in a list (API: tf.feature_column.categorical_column_with_vocabulary_list).

    Args:
        key: the feature's key, and the column's name.
        vocabulary_list: strings or whole numbers, each once.
        dtype: of the feature; that of the list by default.
        default_value: the id of other words; -1 leaves them out.
        num_oov_buckets: so many ids behind the list for other words, by a hash.

    Raises:
        ValueError: an empty list, a word that is in it twice, both kinds of default, or another type.
    """
    if vocabulary_list is None or len(vocabulary_list) < 1:
        raise ValueError(f"vocabulary_list {vocabulary_list} must be non-empty, column_name: {key}")
    if len(set(vocabulary_list)) != len(vocabulary_list):
        raise ValueError(f"Duplicate keys in vocabulary_list {vocabulary_list}, column_name: {key}")
    found = dtypes.as_dtype(np.array(vocabulary_list).dtype)
    _check_buckets(key, num_oov_buckets, None if default_value == -1 else default_value)
    check_string_or_int(found, f"column_name: {key} vocabulary")
    dtype = found if dtype is None else dtypes.as_dtype(dtype)
    if dtype.is_integer != found.is_integer:
        raise ValueError(f"dtype {dtype} and vocabulary dtype {found} do not match, column_name: {key}")
    check_string_or_int(dtype, f"column_name: {key}")
    check_key(key)
    return VocabularyListCategoricalColumn(key, tuple(vocabulary_list), dtype, default_value, num_oov_buckets)


def _check_buckets(key: str, num_oov_buckets: int, default_value: int | None) -> None:
    if not num_oov_buckets:
        return
    if default_value is not None:
        raise ValueError(f"Can't specify both num_oov_buckets and default_value in {key}.")
    if num_oov_buckets < 0:
        raise ValueError(f"Invalid num_oov_buckets {num_oov_buckets} in {key}.")


class _FileFields(NamedTuple):
    key: str
    vocabulary_file: str
    vocabulary_size: int
    num_oov_buckets: int
    dtype: dtypes.DType
    default_value: int


class VocabularyFileCategoricalColumn(_FileFields, _VocabularyColumn):
    """What `categorical_column_with_vocabulary_file` returns (API: tf.feature_column)."""

    def _table(self, key_dtype: dtypes.DType) -> Any:
        return index_table_from_file(
            vocabulary_file=self.vocabulary_file, num_oov_buckets=self.num_oov_buckets,
            vocab_size=self.vocabulary_size, default_value=self.default_value, key_dtype=key_dtype,
            name=f"{self.key}_lookup",
        )  # fmt: skip

    @property
    def num_buckets(self) -> int:
        return self.vocabulary_size + self.num_oov_buckets


def categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str,
    vocabulary_size: int | None = None,
    num_oov_buckets: int = 0,
    default_value: int | None = None,
    dtype: Any = dtypes.string,
) -> VocabularyFileCategoricalColumn:
    """Words numbered by their lines in a file (API: tf.feature_column.categorical_column_with_vocabulary_file).

    Args:
        key: the feature's key, and the column's name.
        vocabulary_file: a word in each line.
        vocabulary_size: the first so many lines; all by default.
        num_oov_buckets: so many ids behind them for other words, by a hash.
        default_value: the id of other words; without one they are left out.
        dtype: string or whole numbers.

    Raises:
        ValueError: no file, no lines, both kinds of default, or another type.
    """
    if not vocabulary_file:
        raise ValueError(f"Missing vocabulary_file in {key}.")
    if vocabulary_size is None:
        vocabulary_size = _lines(key, vocabulary_file)
    if vocabulary_size < 1:
        raise ValueError(f"Invalid vocabulary_size in {key}: {vocabulary_size}.")
    _check_buckets(key, num_oov_buckets, default_value)
    dtype = dtypes.as_dtype(dtype)
    check_string_or_int(dtype, f"column_name: {key}")
    check_key(key)
    return VocabularyFileCategoricalColumn(
        key,
        vocabulary_file,
        vocabulary_size,
        num_oov_buckets or 0,
        dtype,
        -1 if default_value is None else default_value,
    )


def _lines(key: str, path: str) -> int:
    if not gfile.exists(path):
        raise ValueError(f"vocabulary_file in {key} does not exist: {path}.")
    with gfile.GFile(path, "rb") as file:
        size = sum(1 for _ in file)
    logging.info(
        "vocabulary_size = %d in %s is inferred from the number of elements in the vocabulary_file %s.", size, key, path
    )
    return size

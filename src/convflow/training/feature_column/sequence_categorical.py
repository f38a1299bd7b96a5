"""Ids in an order (API: tf.feature_column.sequence_categorical_column_with_hash_bucket and its kin)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.sparse.arrange import sparse_reshape
from convflow.training.feature_column.base import CategoricalColumn, IdWeightPair
from convflow.training.feature_column.builder import LazyBuilder
from convflow.training.feature_column.hashed import categorical_column_with_hash_bucket
from convflow.training.feature_column.identity import categorical_column_with_identity
from convflow.training.feature_column.vocabulary import (
    categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list,
)


class _SequenceFields(NamedTuple):
    categorical_column: CategoricalColumn


class SequenceCategoricalColumn(_SequenceFields, CategoricalColumn):
    """A categorical column whose second axis is time (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return self.categorical_column.name

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.categorical_column.parse_example_spec

    def transform_feature(self, builder: LazyBuilder) -> Any:
        return self.categorical_column.transform_feature(builder)

    @property
    def num_buckets(self) -> int:
        return self.categorical_column.num_buckets

    def get_sparse_tensors(self, builder: LazyBuilder) -> IdWeightPair:
        """With three dimensions: examples, time, ids of one time."""
        ids, weights = self.categorical_column.get_sparse_tensors(builder)
        sizes = shape_of(ids)
        target = [sizes[0], sizes[1], reduce_prod(sizes[2:])]
        return IdWeightPair(_reshaped(ids, target), None if weights is None else _reshaped(weights, target))


def _reshaped(values: SparseTensor, target: list[Any]) -> SparseTensor:
    return sparse_reshape(values, target)


def refuse_sequence(what: str, name: str, column: CategoricalColumn) -> None:
    """ValueError for a column with a time axis where there is none."""
    if isinstance(column, SequenceCategoricalColumn):
        raise ValueError(
            f"In {what}: {name}. categorical_column must not be of type SequenceCategoricalColumn, input_layer has no "
            f"time axis. Use a categorical_column_with_*. Given (type {type(column)}): {column}"
        )


def sequence_categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> SequenceCategoricalColumn:
    """Numbers that are ids, with a time axis (API: tf.feature_column.sequence_categorical_column_with_identity).

    Args:
        key: the feature's name.
        num_buckets: how many ids; they begin at 0.
        default_value: the id of other numbers; None refuses them when run.

    Returns:
        a column for `sequence_input_layer`, by way of an `embedding_column` or `indicator_column`.

    Raises:
        ValueError: fewer than one id, or a default that is none.
    """
    return SequenceCategoricalColumn(categorical_column_with_identity(key, num_buckets, default_value))


def sequence_categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = dtypes.string
) -> SequenceCategoricalColumn:
    """Ids by hash, with a time axis (API: tf.feature_column.sequence_categorical_column_with_hash_bucket).

    Args:
        key: the feature's name.
        hash_bucket_size: how many ids.
        dtype: of the feature, string or whole numbers.

    Returns:
        a column for `sequence_input_layer`, by way of an `embedding_column` or `indicator_column`.

    Raises:
        ValueError: fewer than one id, or another type.
    """
    return SequenceCategoricalColumn(categorical_column_with_hash_bucket(key, hash_bucket_size, dtype))


def sequence_categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str,
    vocabulary_size: int | None = None,
    num_oov_buckets: int = 0,
    default_value: int | None = None,
    dtype: Any = dtypes.string,
) -> SequenceCategoricalColumn:
    """Numbers of lines as ids, with a time axis.

    API: tf.feature_column.sequence_categorical_column_with_vocabulary_file.

    Args:
        key: the feature's name.
        vocabulary_file: a word in each line.
        vocabulary_size: how many lines are read; all by default.
        num_oov_buckets: how many ids for other words, by their hash; not together with `default_value`.
        default_value: the id of other words; None is -1, which drops them.
        dtype: of the feature, string or whole numbers.

    Returns:
        a column for `sequence_input_layer`, by way of an `embedding_column` or `indicator_column`.

    Raises:
        ValueError: no file, sizes that cannot be, or both ways for other words.
    """
    column = categorical_column_with_vocabulary_file(
        key, vocabulary_file, vocabulary_size, num_oov_buckets, default_value, dtype
    )
    return SequenceCategoricalColumn(column)


def sequence_categorical_column_with_vocabulary_list(
    key: str, vocabulary_list: Any, dtype: Any = None, default_value: int = -1, num_oov_buckets: int = 0
) -> SequenceCategoricalColumn:
    """Places in a list as ids, with a time axis.

    API: tf.feature_column.sequence_categorical_column_with_vocabulary_list.

    Args:
        key: the feature's name.
        vocabulary_list: the words, strings or whole numbers, each once.
        dtype: of the feature; that of the list by default.
        default_value: the id of other words; -1 drops them.
        num_oov_buckets: how many ids for other words, by their hash; not together with `default_value`.

    Returns:
        a column for `sequence_input_layer`, by way of an `embedding_column` or `indicator_column`.

    Raises:
        ValueError: an empty list or a word twice, sizes that cannot be, or both ways for other words.
    """
    column = categorical_column_with_vocabulary_list(key, vocabulary_list, dtype, default_value, num_oov_buckets)
    return SequenceCategoricalColumn(column)

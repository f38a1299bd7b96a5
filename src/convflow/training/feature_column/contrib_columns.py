"""The columns of 2016 (API: tf.contrib.layers.real_valued_column and its kin), which are today's with other names."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers import TruncatedNormal
from convflow.training.feature_column.base import CategoricalColumn
from convflow.training.feature_column.crossed import CrossedColumn
from convflow.training.feature_column.crossed import crossed_column as crossed
from convflow.training.feature_column.embedding import EmbeddingColumn
from convflow.training.feature_column.embedding import embedding_column as embedding
from convflow.training.feature_column.hashed import HashedCategoricalColumn, categorical_column_with_hash_bucket
from convflow.training.feature_column.identity import IdentityCategoricalColumn, categorical_column_with_identity
from convflow.training.feature_column.indicator import IndicatorColumn, indicator_column
from convflow.training.feature_column.input_layer import input_layer
from convflow.training.feature_column.numeric import NumericColumn, numeric_column
from convflow.training.feature_column.vocabulary import (
    VocabularyFileCategoricalColumn,
    VocabularyListCategoricalColumn,
    categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list,
)
from convflow.training.feature_column.weighted import WeightedCategoricalColumn, weighted_categorical_column


def real_valued_column(
    column_name: str,
    dimension: int = 1,
    default_value: Any = None,
    dtype: Any = dtypes.float32,
    normalizer: Callable[[Any], Any] | None = None,
) -> NumericColumn:
    """Numbers (API: tf.contrib.layers.real_valued_column); see `tf.feature_column.numeric_column`.

    Args:
        dimension: how many numbers an example has.

    Raises:
        NotImplementedError: no dimension, for any number of them.
    """
    if dimension is None:
        raise NotImplementedError(
            f"real_valued_column {column_name!r}: dimension=None is not there. Say how many numbers an example has."
        )
    return numeric_column(column_name, (dimension,), default_value, dtype, normalizer)


def _check_combiner(name: str, combiner: str) -> None:
    if combiner != "sum":
        raise NotImplementedError(
            f"Column {name!r}: combiner={combiner!r} is not there for linear models. Leave it out for the sum, or "
            "give it to embedding_column."
        )


def sparse_column_with_keys(
    column_name: str, keys: Sequence[Any], default_value: int = -1, combiner: str = "sum", dtype: Any = dtypes.string
) -> VocabularyListCategoricalColumn:
    """Words of a list (API: tf.contrib.layers.sparse_column_with_keys); see `categorical_column_with_vocabulary_list`.

    Args:
        column_name: the key of the feature.
        keys: the words; their places are their ids.
        default_value: the id of other words; -1 leaves them out.
        combiner: "sum".
        dtype: of the words.

    Raises:
        NotImplementedError: another combiner than "sum"; so do the other columns.
    """
    _check_combiner(column_name, combiner)
    return categorical_column_with_vocabulary_list(column_name, list(keys), dtype, default_value)


def sparse_column_with_hash_bucket(
    column_name: str, hash_bucket_size: int, combiner: str = "sum", dtype: Any = dtypes.string
) -> HashedCategoricalColumn:
    """Hashed words (API: tf.contrib.layers.sparse_column_with_hash_bucket).

    Args:
        column_name: the key of the feature.
        hash_bucket_size: how many ids there are.
        combiner: "sum".
        dtype: of the feature, string or an integer.
    """
    _check_combiner(column_name, combiner)
    return categorical_column_with_hash_bucket(column_name, hash_bucket_size, dtype)


def sparse_column_with_integerized_feature(
    column_name: str, bucket_size: int, combiner: str = "sum", dtype: Any = dtypes.int64
) -> IdentityCategoricalColumn:
    """Ids (API: tf.contrib.layers.sparse_column_with_integerized_feature).

    Args:
        column_name: the key of the feature.
        bucket_size: how many ids there are, from 0.
        combiner: "sum".
        dtype: has no effect: any integers are taken.
    """
    _check_combiner(column_name, combiner)
    return categorical_column_with_identity(column_name, bucket_size)


def sparse_column_with_vocabulary_file(
    column_name: str,
    vocabulary_file: str,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    combiner: str = "sum",
    dtype: Any = dtypes.string,
) -> VocabularyFileCategoricalColumn:
    """Words of a file (API: tf.contrib.layers.sparse_column_with_vocabulary_file).

    Args:
        column_name: the key of the feature.
        vocabulary_file: the path of a file with a word in each line.
        num_oov_buckets: how many more ids other words are hashed to.
        vocab_size: how many lines are read; all if None.
        default_value: the id of other words; -1 leaves them out.
        combiner: "sum".
        dtype: of the words.
    """
    _check_combiner(column_name, combiner)
    default = None if default_value == -1 else default_value
    return categorical_column_with_vocabulary_file(
        column_name, vocabulary_file, vocab_size, num_oov_buckets, default, dtype
    )


def weighted_sparse_column(
    sparse_id_column: CategoricalColumn, weight_column_name: str, dtype: Any = dtypes.float32
) -> WeightedCategoricalColumn:
    """Ids with weights (API: tf.contrib.layers.weighted_sparse_column).

    Args:
        sparse_id_column: makes the ids.
        weight_column_name: the key of the weights, of the shape of the ids.
        dtype: of the weights.
    """
    return weighted_categorical_column(sparse_id_column, weight_column_name, dtype)


def one_hot_column(sparse_id_column: CategoricalColumn) -> IndicatorColumn:
    """Counts of ids (API: tf.contrib.layers.one_hot_column).

    Args:
        sparse_id_column: makes the ids.
    """
    return indicator_column(sparse_id_column)


def embedding_column(
    sparse_id_column: CategoricalColumn,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
) -> EmbeddingColumn:
    """A trained row for each id (API: tf.contrib.layers.embedding_column).

    Args:
        sparse_id_column: makes the ids.
        dimension: numbers in a row.
        combiner: how the rows of an example become one: "mean", "sqrtn" or "sum".
        initializer: of the rows; by default normal, truncated, with a deviation of 1 / sqrt(ids).
        ckpt_to_load_from, tensor_name_in_ckpt: a checkpoint and the variable in it to begin with.
        max_norm: longer rows are scaled down to it.
        trainable: whether the rows are trained.
    """
    if initializer is None:
        initializer = TruncatedNormal(mean=0.0, stddev=1 / math.sqrt(sparse_id_column.num_buckets))
    return embedding(
        sparse_id_column, dimension, combiner, initializer, ckpt_to_load_from, tensor_name_in_ckpt, max_norm, trainable
    )


def crossed_column(
    columns: Sequence[Any],
    hash_bucket_size: int,
    combiner: str = "sum",
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    hash_key: int | None = None,
) -> CrossedColumn:
    """Combinations (API: tf.contrib.layers.crossed_column): of the words of columns of words, not of their ids.

    Args:
        columns: what is combined.
        hash_bucket_size: how many ids there are.
        combiner: "sum".
        ckpt_to_load_from, tensor_name_in_ckpt: must be left out.
        hash_key: of the hash.

    Raises:
        NotImplementedError: another combiner than "sum", or a checkpoint.
    """
    _check_combiner("_X_".join(sorted(column.name for column in columns)), combiner)
    if ckpt_to_load_from is not None or tensor_name_in_ckpt is not None:
        raise NotImplementedError("crossed_column: ckpt_to_load_from is not there. Use tf.train.init_from_checkpoint.")
    words = (HashedCategoricalColumn, VocabularyListCategoricalColumn, VocabularyFileCategoricalColumn)
    keys = [column.key if isinstance(column, words) else column for column in columns]
    return crossed(keys, hash_bucket_size, hash_key)


def input_from_feature_columns(
    columns_to_tensors: Mapping[str, Any],
    feature_columns: Any,
    weight_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """All columns of numbers side by side (API: tf.contrib.layers.input_from_feature_columns).

    Args:
        columns_to_tensors: the features by key.
        feature_columns: columns of numbers.
        weight_collections: where the variables are added.
        trainable: whether they are trained.
        scope: must be left out.

    Raises:
        NotImplementedError: a scope.
    """
    if scope is not None:
        raise NotImplementedError("input_from_feature_columns: scope is not there. Open a tf.variable_scope around.")
    return input_layer(columns_to_tensors, feature_columns, weight_collections, trainable)

"""Rows of trained tables (API: tf.feature_column.embedding_column)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.modeling.variables.initializers import TruncatedNormal
from convflow.modeling.variables.scope import get_variable
from convflow.ops.embedding_sparse import embedding_lookup_sparse, safe_embedding_lookup_sparse
from convflow.training.feature_column.base import CategoricalColumn, DenseColumn, IdWeightPair
from convflow.training.feature_column.builder import LazyBuilder
from convflow.training.feature_column.sequence_categorical import refuse_sequence
from convflow.training.init_from_checkpoint import init_from_checkpoint


class _EmbeddingFields(NamedTuple):
    categorical_column: CategoricalColumn
    dimension: int
    combiner: str
    initializer: Any
    ckpt_to_load_from: str | None
    tensor_name_in_ckpt: str | None
    max_norm: float | None
    trainable: bool
    use_safe_embedding_lookup: bool


class EmbeddingColumn(_EmbeddingFields, DenseColumn):
    """What `embedding_column` returns (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_embedding"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.categorical_column.parse_example_spec

    def transform_feature(self, builder: LazyBuilder) -> Any:
        return builder.get(self.categorical_column)

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape([self.dimension])

    def get_dense_tensor(self, builder: LazyBuilder, weight_collections: list[str], trainable: bool) -> Tensor:
        refuse_sequence("embedding_column", self.name, self.categorical_column)
        return self.looked_up(self.categorical_column.get_sparse_tensors(builder), weight_collections, trainable)

    def looked_up(self, pair: IdWeightPair, weight_collections: list[str], trainable: bool) -> Tensor:
        """The combined rows of a variable `embedding_weights` of the scope around."""
        weights = table(self, weight_collections, trainable)
        load(self, weights)
        return rows(self, weights, pair)


def table(column: Any, weight_collections: list[str], trainable: bool) -> Any:
    """The variable of an embedding column, float32 of shape (ids, dimension)."""
    collections = list(weight_collections or [])
    if collections and GraphKeys.GLOBAL_VARIABLES not in collections:
        collections.append(GraphKeys.GLOBAL_VARIABLES)
    return get_variable(
        name="embedding_weights",
        shape=(column.categorical_column.num_buckets, column.dimension),
        dtype=dtypes.float32,
        initializer=column.initializer,
        trainable=column.trainable and trainable,
        collections=collections or None,
    )


def load(column: Any, weights: Any) -> None:
    """Lets the variable begin with the values of the column's checkpoint, if it has one."""
    if column.ckpt_to_load_from is not None:
        init_from_checkpoint(column.ckpt_to_load_from, {column.tensor_name_in_ckpt: weights})


def rows(column: Any, weights: Any, pair: IdWeightPair) -> Tensor:
    """The combined rows of each example: float32 of shape (examples, dimension)."""
    ids: SparseTensor = pair.id_tensor
    rank = ids.dense_shape.shape[0].value
    plain = not column.use_safe_embedding_lookup and rank is not None and rank <= 2
    lookup = embedding_lookup_sparse if plain else safe_embedding_lookup_sparse
    return lookup(
        weights, ids, pair.weight_tensor, combiner=column.combiner, name=f"{column.name}_weights",
        max_norm=column.max_norm,
    )  # fmt: skip


def checked_initializer(dimension: Any, initializer: Any, checkpoint: Any, tensor_name: Any, what: str) -> Any:
    """The initializer of a table, a truncated normal one of deviation 1 / sqrt(dimension) by default.

    Raises:
        ValueError: no dimension, a checkpoint without a tensor's name or the reverse, or no function.
    """
    if dimension is None or dimension < 1:
        raise ValueError(f"Invalid dimension {dimension}.")
    if (checkpoint is None) != (tensor_name is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none of them.")
    if initializer is not None and not callable(initializer):
        raise ValueError(f"initializer must be callable if specified. {what}Given: {initializer}")
    if initializer is None:
        return TruncatedNormal(mean=0.0, stddev=1 / math.sqrt(dimension))
    return initializer


def embedding_column(
    categorical_column: CategoricalColumn,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> EmbeddingColumn:
    """A trained row for each id, combined for each example (API: tf.feature_column.embedding_column).

    Args:
        categorical_column: the ids.
        dimension: the length of a row.
        combiner: "mean", "sqrtn" or "sum".
        initializer: of the variable; a truncated normal one of deviation 1 / sqrt(dimension) by default.
        ckpt_to_load_from, tensor_name_in_ckpt: a checkpoint's tensor to begin with.
        max_norm: rows are shortened to this norm before they are combined.
        trainable: whether optimizers change the variable.
        use_safe_embedding_lookup: let examples have no ids, and ids be negative.

    Raises:
        ValueError: no dimension, half of a checkpoint, an initializer that is no function.
    """
    what = f"Embedding of column_name: {categorical_column.name}. "
    initializer = checked_initializer(dimension, initializer, ckpt_to_load_from, tensor_name_in_ckpt, what)
    return EmbeddingColumn(
        categorical_column, dimension, combiner, initializer, ckpt_to_load_from, tensor_name_in_ckpt, max_norm,
        trainable, use_safe_embedding_lookup,
    )  # fmt: skip

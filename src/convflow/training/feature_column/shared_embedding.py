"""Columns that share a trained table (API: tf.feature_column.shared_embedding_columns)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection, executing_eagerly, get_collection, name_scope
from convflow.training.feature_column import embedding
from convflow.training.feature_column.base import CategoricalColumn, DenseColumn, IdWeightPair, in_order
from convflow.training.feature_column.builder import LazyBuilder
from convflow.training.feature_column.sequence_categorical import SequenceCategoricalColumn, refuse_sequence
from convflow.training.feature_column.weighted import WeightedCategoricalColumn


class _SharedFields(NamedTuple):
    categorical_column: CategoricalColumn
    dimension: int
    combiner: str
    initializer: Any
    shared_embedding_collection_name: str
    ckpt_to_load_from: str | None
    tensor_name_in_ckpt: str | None
    max_norm: float | None
    trainable: bool
    use_safe_embedding_lookup: bool


class SharedEmbeddingColumn(_SharedFields, DenseColumn):
    """One of those that `shared_embedding_columns` returns (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_shared_embedding"

    @property
    def var_scope_name(self) -> str:
        return self.shared_embedding_collection_name

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.categorical_column.parse_example_spec

    def transform_feature(self, builder: LazyBuilder) -> Any:
        return builder.get(self.categorical_column)

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape([self.dimension])

    def get_dense_tensor(self, builder: LazyBuilder, weight_collections: list[str], trainable: bool) -> Tensor:
        refuse_sequence("shared_embedding_columns", self.name, self.categorical_column)
        with name_scope(None, default_name=self.name):
            pair = self.categorical_column.get_sparse_tensors(builder)
            return self._rows(pair, weight_collections, trainable)

    def looked_up(self, pair: IdWeightPair, weight_collections: list[str], trainable: bool) -> Tensor:
        """The combined rows of the variable that the collection holds."""
        with name_scope(None, default_name=self.name):
            return self._rows(pair, weight_collections, trainable)

    def _rows(self, pair: IdWeightPair, weight_collections: list[str], trainable: bool) -> Tensor:
        weights = self._table(weight_collections, trainable)
        embedding.load(self, weights)
        return embedding.rows(self, weights, pair)

    def _table(self, weight_collections: list[str], trainable: bool) -> Any:
        """The first of the columns makes the variable, the others find it in a collection of their name."""
        found = get_collection(self.shared_embedding_collection_name)
        if not found:
            weights = embedding.table(self, weight_collections, trainable)
            add_to_collection(self.shared_embedding_collection_name, weights)
            return weights
        shape = TensorShape([self.categorical_column.num_buckets, self.dimension])
        if len(found) > 1 or found[0].shape.as_list() != shape.as_list():
            raise ValueError(
                f"Shared embedding collection {self.shared_embedding_collection_name} contains {found}, expected one "
                f"variable of shape {shape}. Choose another shared_embedding_collection_name, and add no variables to "
                "that collection."
            )
        return found[0]


def shared_embedding_columns(
    categorical_columns: Sequence[CategoricalColumn],
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    shared_embedding_collection_name: str | None = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> list[SharedEmbeddingColumn]:
    """`embedding_column`s that share their variable (API: tf.feature_column.shared_embedding_columns).

    Args:
        categorical_columns: columns of one kind, with as many ids as each other.
        shared_embedding_collection_name: the variable's scope and collection; made of the columns' names by default.
        dimension, combiner, initializer, ckpt_to_load_from, tensor_name_in_ckpt, max_norm, trainable,
        use_safe_embedding_lookup: as for `embedding_column`.

    Returns:
        A column for each, in the same order.

    Raises:
        ValueError: as `embedding_column`, or columns that cannot share.
        RuntimeError: in eager mode.
    """
    if executing_eagerly():
        raise RuntimeError("shared_embedding_columns are not supported when eager execution is enabled.")
    initializer = embedding.checked_initializer(dimension, initializer, ckpt_to_load_from, tensor_name_in_ckpt, "")
    ordered = in_order(categorical_columns)
    _check_alike(ordered)
    name = shared_embedding_collection_name or "_".join(column.name for column in ordered) + "_shared_embedding"
    return [
        SharedEmbeddingColumn(
            column, dimension, combiner, initializer, name, ckpt_to_load_from, tensor_name_in_ckpt, max_norm,
            trainable, use_safe_embedding_lookup,
        )
        for column in categorical_columns
    ]  # fmt: skip


def _check_alike(columns: list[Any]) -> None:
    for column in columns:
        if not isinstance(column, CategoricalColumn):
            raise ValueError(
                "All categorical_columns must be subclasses of CategoricalColumn. "
                f"Given: {column}, of type: {type(column)}"
            )
    plain = [_unwrapped(column) for column in columns]
    for column in plain[1:]:
        if not isinstance(column, type(plain[0])):
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same type, or be "
                "weighted_categorical_column or sequence column of the same type. Given column: "
                f"{plain[0]} of type: {type(plain[0])} does not match given column: {column} of type: {type(column)}"
            )
        if column.num_buckets != plain[0].num_buckets:
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same number of buckets. Given "
                f"column: {plain[0]} with buckets: {plain[0].num_buckets} does not match column: {column} with "
                f"buckets: {column.num_buckets}"
            )


def _unwrapped(column: Any) -> Any:
    while isinstance(column, (WeightedCategoricalColumn, SequenceCategoricalColumn)):
        column = column.categorical_column
    return column

"""What columns are (API: tf.feature_column): a name, what they read from an example, and what they make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor

if TYPE_CHECKING:
    from convflow.training.feature_column.builder import LazyBuilder


class IdWeightPair(NamedTuple):
    """The ids of each example, and their weights or None for 1: two `SparseTensor`s of the same places."""

    id_tensor: SparseTensor
    weight_tensor: SparseTensor | None


class FeatureColumn:
    """A column. Subclasses are named tuples of their arguments, so that equal columns are the same."""

    @property
    def name(self) -> str:
        """Tells columns apart, and is the scope of the column's variables."""
        raise NotImplementedError(f"{type(self).__name__} has no name.")

    @property
    def var_scope_name(self) -> str:
        return self.name

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """What `tf.parse_example` has to read for it, by key."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it reads.")

    def transform_feature(self, builder: LazyBuilder) -> Any:
        """What the column makes of the features, once for all its users."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it makes of features.")

    # TensorFlow 1's programs that write columns of their own know these names.
    @property
    def _parse_example_spec(self) -> dict[str, Any]:
        return self.parse_example_spec


class DenseColumn(FeatureColumn):
    """A column of numbers: as many for each example."""

    @property
    def variable_shape(self) -> TensorShape:
        """The shape of an example's numbers."""
        raise NotImplementedError(f"{type(self).__name__} does not say how many numbers it has.")

    def get_dense_tensor(self, builder: LazyBuilder, weight_collections: list[str], trainable: bool) -> Tensor:
        """float32, shape (examples, *variable_shape)."""
        return builder.get(self)


class CategoricalColumn(FeatureColumn):
    """A column of ids: any number for each example."""

    @property
    def num_buckets(self) -> int:
        """Ids are below this."""
        raise NotImplementedError(f"{type(self).__name__} does not say how many ids there are.")

    def get_sparse_tensors(self, builder: LazyBuilder) -> IdWeightPair:
        return IdWeightPair(builder.get(self), None)


def normalized(feature_columns: Any) -> list[FeatureColumn]:
    """The columns as a list.

    Raises:
        ValueError: no columns, something else among them, or two of the same name.
    """
    if isinstance(feature_columns, FeatureColumn):
        feature_columns = [feature_columns]
    if isinstance(feature_columns, dict):
        raise ValueError("Expected feature_columns to be iterable, found dict. Pass list(columns.values()).")
    columns = list(feature_columns)
    for column in columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError(
                f"Items of feature_columns must be a FeatureColumn. Given (type {type(column)}): {column}. Make one "
                "with tf.feature_column.numeric_column or another function of tf.feature_column."
            )
    if not columns:
        raise ValueError("feature_columns must not be empty.")
    by_name: dict[str, FeatureColumn] = {}
    for column in columns:
        if column.name in by_name:
            raise ValueError(
                f"Duplicate feature column name found for columns: {column} and {by_name[column.name]}. They refer to "
                "the same feature: leave one out, or give the features another key for it."
            )
        by_name[column.name] = column
    return columns


def in_order(columns: Iterable[FeatureColumn]) -> list[Any]:
    """Sorted by name: the order of variables and of a layer's numbers."""
    return sorted(columns, key=lambda column: column.name)


def check_same_batch_size(tensors: list[Tensor], columns: list[Any]) -> None:
    """ValueError if two columns are known to have different numbers of examples."""
    known: Iterator[tuple[Any, Any]] = (
        (column, tensor.shape[0].value)
        for column, tensor in zip(columns, tensors, strict=True)
        if tensor.shape.rank and tensor.shape[0].value is not None
    )
    first = next(known, None)
    if first is None:
        return
    for column, size in known:
        if size != first[1]:
            raise ValueError(
                "Batch size (first dimension) of each feature must be same. Batch size of columns "
                f"({first[0].name}, {column.name}): ({first[1]}, {size})"
            )


def check_key(key: Any) -> None:
    """ValueError for a key that is no string."""
    if not isinstance(key, str):
        raise ValueError(f"key must be a string. Got: type {type(key)}. Given key: {key}.")


def check_string_or_int(dtype: dtypes.DType, prefix: str) -> None:
    """ValueError for another type."""
    if dtype != dtypes.string and not dtype.is_integer:
        raise ValueError(f"{prefix} dtype must be string or integer. dtype: {dtype}.")

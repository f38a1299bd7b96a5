"""All columns of numbers side by side (API: tf.feature_column.input_layer, make_parse_example_spec)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_collection
from convflow.modeling.variables.scope import get_variable_scope, variable_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.training.feature_column.base import (
    DenseColumn,
    FeatureColumn,
    check_same_batch_size,
    in_order,
    normalized,
)
from convflow.training.feature_column.builder import LazyBuilder


def input_layer(
    features: Mapping[str, Any],
    feature_columns: Any,
    weight_collections: Iterable[str] | None = None,
    trainable: bool = True,
    cols_to_vars: dict[Any, Any] | None = None,
    cols_to_output_tensors: dict[Any, Any] | None = None,
) -> Tensor:
    """The numbers of all columns side by side, the columns in the order of their names.

    (API: tf.feature_column.input_layer.)

    Args:
        features: tensors and `SparseTensor`s by key, of shape (examples,) or (examples, ...).
        feature_columns: columns of numbers; wrap categorical ones with `embedding_column` or `indicator_column`.
        weight_collections: further collections for the variables.
        trainable: whether optimizers change them.
        cols_to_vars: filled with the variables of each column.
        cols_to_output_tensors: filled with the tensor of each column.

    Returns:
        float32, shape (examples, sum of the columns' sizes).

    Raises:
        ValueError: a column of another kind, or one whose feature is missing.
    """
    columns = normalized(feature_columns)
    for column in columns:
        if not isinstance(column, DenseColumn):
            raise ValueError(
                "Items of feature_columns must be a DenseColumn. You can wrap a categorical column with an "
                f"embedding_column or indicator_column. Given: {column}"
            )
    collections = collections_of_weights(weight_collections)
    with variable_scope(None, default_name="input_layer", values=list(features.values())):
        builder = LazyBuilder(features)
        tensors: list[Tensor] = []
        ordered = in_order(columns)
        for column in ordered:
            with variable_scope(None, default_name=column.var_scope_name):
                made = flat(column, column.get_dense_tensor(builder, collections, trainable))
                tensors.append(made)
                if cols_to_vars is not None:
                    scope = get_variable_scope().name
                    cols_to_vars[column] = get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope)
                if cols_to_output_tensors is not None:
                    cols_to_output_tensors[column] = made
        check_same_batch_size(tensors, ordered)
        return concat(tensors, 1)


def collections_of_weights(given: Iterable[str] | None) -> list[str]:
    """The collections of a column's variables: those given, the global and the model's."""
    collections = list(given or [])
    for name in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES):
        if name not in collections:
            collections.append(name)
    return collections


def flat(column: Any, tensor: Tensor) -> Tensor:
    """A dense column's numbers as (examples, size)."""
    size = column.variable_shape.num_elements()
    return reshape(tensor, shape=(shape_of(tensor)[0], size))


def make_parse_example_spec(feature_columns: Iterable[FeatureColumn]) -> dict[str, Any]:
    """What `tf.parse_example` has to read for some columns (API: tf.feature_column.make_parse_example_spec).

    Args:
        feature_columns: columns of any kind.

    Returns:
        `tf.FixedLenFeature`s and `tf.VarLenFeature`s by key.

    Raises:
        ValueError: something else among them, or columns that read one key in different ways.
    """
    spec: dict[str, Any] = {}
    for column in feature_columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError(f"All feature_columns must be FeatureColumn instances. Given: {column}")
        for key, value in column.parse_example_spec.items():
            if spec.setdefault(key, value) != value:
                raise ValueError(
                    f"feature_columns contain different parse_spec for key {key}. Given {value} and {spec[key]}"
                )
    return spec

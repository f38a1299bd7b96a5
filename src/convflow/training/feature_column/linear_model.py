"""A weighted sum of columns of any kind (API: tf.feature_column.linear_model)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_collection, name_scope
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.partitioned import PartitionedVariable
from convflow.modeling.variables.scope import get_variable, get_variable_scope, variable_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.bias import bias_add
from convflow.ops.embedding_sparse import safe_embedding_lookup_sparse
from convflow.ops.math.arithmetic import add_n
from convflow.ops.math.matmul import matmul
from convflow.ops.sparse.arrange import sparse_reshape
from convflow.training.feature_column.base import (
    CategoricalColumn,
    DenseColumn,
    check_same_batch_size,
    in_order,
    normalized,
)
from convflow.training.feature_column.builder import LazyBuilder
from convflow.training.feature_column.input_layer import collections_of_weights, flat


def linear_model(
    features: Mapping[str, Any],
    feature_columns: Any,
    units: int = 1,
    sparse_combiner: str = "sum",
    weight_collections: Iterable[str] | None = None,
    trainable: bool = True,
    cols_to_vars: dict[Any, Any] | None = None,
) -> Tensor:
    """Weights times the columns, and a bias; all begin with 0 (API: tf.feature_column.linear_model).

    Args:
        features: tensors and `SparseTensor`s by key, of shape (examples,) or (examples, ...).
        feature_columns: columns of any kind; categorical ones have a weight for each id.
        units: how many sums.
        sparse_combiner: how the weights of several ids of an example are combined: "sum", "mean" or "sqrtn".
        weight_collections: further collections for the variables.
        trainable: whether optimizers change them.
        cols_to_vars: filled with the variables of each column, and of "bias".

    Returns:
        float32, shape (examples, units).

    Raises:
        ValueError: a column of another kind, or one whose feature is missing.
    """
    columns = normalized(feature_columns)
    for column in columns:
        if not isinstance(column, (DenseColumn, CategoricalColumn)):
            raise ValueError(
                f"Items of feature_columns must be either a DenseColumn or CategoricalColumn. Given: {column}"
            )
    collections = collections_of_weights(weight_collections)
    ordered = in_order(columns)
    # TensorFlow's layers take their names here and their scopes later, which shows in the names of nodes.
    with variable_scope(None, "linear_model") as model_scope:
        pass
    name = model_scope.name.rpartition("/")[2]
    scopes = {}
    for column in ordered:
        with variable_scope(None, default_name=column.var_scope_name) as scope:
            scopes[column] = scope.name.rpartition("/")[2]
    builder = LazyBuilder(features)
    sums: list[Tensor] = []
    with name_scope(name), variable_scope(name):
        for column in sorted(ordered, key=scopes.__getitem__):
            with variable_scope(None, default_name=scopes[column]):
                sums.append(_weighted_sum(column, builder, units, sparse_combiner, collections, trainable))
                if cols_to_vars is not None:
                    prefix = get_variable_scope().name
                    cols_to_vars[column] = get_collection(GraphKeys.GLOBAL_VARIABLES, scope=prefix)
        check_same_batch_size(sums, sorted(ordered, key=scopes.__getitem__))
        total = add_n(sums, name="weighted_sum_no_bias")
        bias = _variable("bias_weights", [units], collections, trainable)
        if cols_to_vars is not None:
            cols_to_vars["bias"] = _parts(bias)
        return bias_add(total, bias, name="weighted_sum")


def _variable(name: str, shape: Any, collections: list[str], trainable: bool) -> Any:
    return get_variable(name, shape=shape, initializer=Zeros(), trainable=trainable, collections=collections)


def _parts(variable: Any) -> list[Any]:
    return list(variable) if isinstance(variable, PartitionedVariable) else [variable]


def _weighted_sum(
    column: Any, builder: LazyBuilder, units: int, combiner: str, collections: list[str], trainable: bool
) -> Tensor:
    if not isinstance(column, CategoricalColumn):
        size = column.variable_shape.num_elements()
        weights = _variable("weights", [size, units], collections, trainable)
        values = flat(column, column.get_dense_tensor(builder, collections, trainable))
        return matmul(values, weights, name="weighted_sum")
    weights = _variable("weights", (column.num_buckets, units), collections, trainable)
    ids, id_weights = column.get_sparse_tensors(builder)
    ids = _matrix(ids)
    if id_weights is not None:
        id_weights = _matrix(id_weights)
    return safe_embedding_lookup_sparse(weights, ids, sparse_weights=id_weights, combiner=combiner, name="weighted_sum")


def _matrix(values: Any) -> Any:
    return sparse_reshape(values, [shape_of(values)[0], -1])

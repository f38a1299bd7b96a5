"""Rows of a trained table in the places of numbers (API: tf.contrib.layers.embed_sequence, embedding_lookup_unique)."""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.scope import variable_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.gather import gather
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.unique import unique as unique_op
from convflow.ops.embedding import embedding_lookup
from convflow.slim.variables import model_variable


def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Tensor:
    """The row of a table for each number of a sequence (API: tf.contrib.layers.embed_sequence).

    Args:
        ids: int32 or int64 [batch, length], below `vocab_size`.
        vocab_size: rows of the table.
        embed_dim: columns of the table.
        unique: looks every row up once, however often its number stands in `ids`.
        initializer: of the table, `scope/embeddings`; the scope's by default.
        regularizer: of the table.
        trainable: whether the table is trained.
        scope: the variable scope, "EmbedSequence" by default.
        reuse: whether the scope's table is there already.

    Returns:
        float32 [batch, length, embed_dim].

    Raises:
        ValueError: no `vocab_size` or `embed_dim`, and the table is not there already.
    """
    if not reuse and (vocab_size is None or embed_dim is None):
        raise ValueError(
            "Must specify vocab size and embedding dimension when not reusing. "
            f"Got vocab_size={vocab_size} and embed_dim={embed_dim}: give both."
        )
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = None if vocab_size is None or embed_dim is None else [vocab_size, embed_dim]
        table = model_variable(
            "embeddings", shape=shape, initializer=initializer, regularizer=regularizer, trainable=trainable
        )
        return embedding_lookup_unique(table, ids) if unique else embedding_lookup(table, ids)


def embedding_lookup_unique(params: Any, ids: Any, partition_strategy: str = "mod", name: str | None = None) -> Tensor:
    """`tf.nn.embedding_lookup` that looks every row up once (API: tf.contrib.layers.embedding_lookup_unique).

    Args:
        params: a table [rows, ...], or a list of its parts.
        ids: int32 or int64 of any shape.
        partition_strategy: how the rows are spread over the parts, "mod" or "div".
        name: of the scope.

    Returns:
        The shape of `ids` followed by that of a row.
    """
    with name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        given = convert_to_tensor(ids)
        numbers, places = unique_op(reshape(given, [-1]))
        rows = embedding_lookup(params, numbers, partition_strategy=partition_strategy)
        found = reshape(gather(rows, places), concat([shape_of(given), shape_of(rows)[1:]], 0))
        found.set_shape(given.shape.concatenate(rows.shape[1:]))
        return found

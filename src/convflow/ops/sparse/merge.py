"""Sparse tensors of ids and identities (API: tf.sparse_merge, tf.sparse.eye)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse, is_sparse
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.sequence import range as sequence
from convflow.ops.array.stack import stack
from convflow.ops.array.strided_slice import getitem
from convflow.ops.math.arithmetic import minimum
from convflow.ops.math.cast import cast
from convflow.ops.sparse.arrange import sparse_reorder


def sparse_merge(
    sp_ids: Any, sp_values: Any, vocab_size: Any, name: str | None = None, already_sorted: bool = False
) -> SparseTensor:
    """Values placed at [..., id] by the ids that stand at [..., i] (API: tf.sparse_merge).

    Args:
        sp_ids: a `SparseTensor` of ids, cast to int64, or a list of several, one per new dimension.
        sp_values: a `SparseTensor` with the same indices.
        vocab_size: how many ids there are; a list for a list of ids.
        already_sorted: whether the ids of each row ascend, so that the result needs no sorting.

    Returns:
        a `SparseTensor` whose last dimension is replaced by those of the ids.

    Raises:
        TypeError: not sparse, or lists where there is one; ValueError: lists of different lengths.
    """
    return merged(sp_ids, sp_values, vocab_size, name, already_sorted)


def merged(
    sp_ids: Any, sp_values: Any, vocab_size: Any, name: str | None = None, already_sorted: bool = False
) -> SparseTensor:
    if is_sparse(sp_ids):
        sp_ids, vocab_size = [sp_ids], [vocab_size]
    elif not isinstance(sp_ids, (list, tuple)) or not isinstance(vocab_size, (list, tuple)):
        raise TypeError(
            "sp_ids must be a SparseTensor, or a list of them with a list of as many sizes for vocab_size; got "
            f"{sp_ids!r} and {vocab_size!r}."
        )
    if len(sp_ids) != len(vocab_size):
        raise ValueError(f"{len(sp_ids)} sp_ids need as many vocabulary sizes, got {len(vocab_size)}.")
    with name_scope(name, "SparseMerge", [*sp_ids, sp_values]):
        ids = [convert_to_sparse(item) for item in sp_ids]
        values = convert_to_sparse(sp_values)
        columns = [expand_dims(cast(item.values, dtypes.int64), axis=1) for item in ids]
        sizes = [cast(size, dtypes.int64) for size in vocab_size]
        kept = getitem(ids[0].indices, (slice(None), slice(None, -1)))
        indices = concat([kept, *columns], axis=1)
        shape = concat([getitem(ids[0].dense_shape, slice(None, -1)), sizes], axis=0)
        result = SparseTensor(indices, values.values, shape)
        if already_sorted:
            return result
        ordered = sparse_reorder(result)
        return SparseTensor(ordered.indices, ordered.values, shape)


def eye(num_rows: Any, num_columns: Any = None, dtype: Any = dtypes.float32, name: str | None = None) -> SparseTensor:
    """Ones on the diagonal of a sparse matrix (API: tf.sparse.eye).

    Args:
        num_rows, num_columns: its sizes; square without the second.
        dtype: of the ones.
    """
    with name_scope(name, "eye", [num_rows, num_columns]):
        rows = _size(num_rows, "num_rows")
        columns = rows if num_columns is None else _size(num_columns, "num_columns")
        size = minimum(rows, columns)
        diagonal = sequence(size, dtype=dtypes.int64)
        return SparseTensor(stack([diagonal, diagonal], axis=1), ones(size, dtype=dtype), [rows, columns])


def _size(value: Any, name: str) -> Tensor:
    return convert_to_tensor(value, dtype=dtypes.int64, name=name)

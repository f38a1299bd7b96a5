"""Sums and means of a table's rows, as many for each example as it has entries (API: tf.nn.embedding_lookup_sparse)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import unknown_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import is_tensor, name_scope
from convflow.graph.sparse_tensor import SparseTensor, is_sparse
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones, ones_like, zeros_like
from convflow.ops.array.gather import gather
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.array.slice import slice_
from convflow.ops.array.stack import stack
from convflow.ops.array.tile import tile
from convflow.ops.array.unique import unique
from convflow.ops.embedding import embedding_lookup, parts_of
from convflow.ops.math.arithmetic import pow as power
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater, greater_equal, logical_and
from convflow.ops.math.elementwise import sqrt
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.math.segment import segment_sum
from convflow.ops.math.select import where
from convflow.ops.math.sparse_segment import sparse_segment_mean, sparse_segment_sqrt_n, sparse_segment_sum
from convflow.ops.sparse.arrange import sparse_reshape
from convflow.ops.sparse.fill import sparse_fill_empty_rows
from convflow.ops.sparse.select import sparse_retain
from convflow.ops.state import is_resource

_UNWEIGHTED = {"sum": sparse_segment_sum, "mean": sparse_segment_mean, "sqrtn": sparse_segment_sqrt_n}


def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    combiner: str | None = None,
    max_norm: Any = None,
    allow_fast_lookup: bool = False,
) -> Tensor:
    """For each row of `sp_ids` the rows of a table that it names, put together (API: tf.nn.embedding_lookup_sparse).

    Args:
        params, partition_strategy, max_norm: the table, as for `embedding_lookup`.
        sp_ids: a SparseTensor of shape (examples, ...) of int32 or int64; every example needs an entry.
        sp_weights: a SparseTensor of the same places, or None for weights of 1.
        combiner: "sum", "mean" (over the sum of the weights) or "sqrtn" (over the root of the sum of their
            squares); "mean" by default.
        allow_fast_lookup: do not look up each id only once where it comes several times.

    Returns:
        Shape `[examples, *params.shape[1:]]`.

    Raises:
        TypeError: ids or weights that are not sparse.
        ValueError: no params, an unknown combiner, or weights of another shape.
    """
    combiner = combiner or "mean"
    if combiner not in _UNWEIGHTED:
        raise ValueError(f"combiner must be one of 'mean', 'sqrtn' or 'sum', got {combiner!r}.")
    parts = parts_of(params, "params")
    if not is_sparse(sp_ids):
        raise TypeError(f"sp_ids must be SparseTensor, got {type(sp_ids).__name__}. Dense ids: tf.nn.embedding_lookup.")
    if sp_weights is not None:
        _check_weights(sp_ids, sp_weights)
    with name_scope(name, "embedding_lookup_sparse", [*parts, sp_ids]) as scope:
        segments, ids = sp_ids.indices[:, 0], sp_ids.values
        if len(parts) == 1 and not (is_tensor(parts[0]) or is_resource(parts[0])):
            parts = [convert_to_tensor(parts[0], name="params")]
        rows_known = len(parts) == 1 and max_norm is None and (allow_fast_lookup or sp_weights is None)
        if rows_known:
            rows, chosen = convert_to_tensor(parts[0]), ids
        else:
            ids, chosen = unique(ids)
            rows = embedding_lookup(parts, ids, partition_strategy, max_norm=max_norm)
        if sp_weights is not None:
            return _weighted(rows, chosen, segments, sp_weights.values, combiner, scope)
        sparse_gradient = rows_known and not allow_fast_lookup
        return _UNWEIGHTED[combiner](rows, chosen, segments, name=scope, sparse_gradient=sparse_gradient)


def _check_weights(sp_ids: SparseTensor, sp_weights: Any) -> None:
    if not is_sparse(sp_weights):
        raise TypeError(f"sp_weights must be either None or SparseTensor, got {type(sp_weights).__name__}.")
    for part in ("values", "indices", "dense_shape"):
        ids, weights = getattr(sp_ids, part).shape, getattr(sp_weights, part).shape
        if not ids.is_compatible_with(weights):
            raise ValueError(f"Shapes {ids} and {weights} are incompatible: the {part} of sp_ids and of sp_weights.")


def _weighted(rows: Tensor, chosen: Tensor, segments: Tensor, weights: Tensor, combiner: str, scope: str) -> Tensor:
    segments = cast(segments, dtypes.int32)
    rows = gather(rows, chosen)
    narrow = rows.dtype.base_dtype
    if narrow in (dtypes.float16, dtypes.bfloat16):
        rows = cast(rows, dtypes.float32)
    weights = _with_axes_of(cast(weights, rows.dtype.base_dtype), rows)
    rows = rows * weights
    if combiner == "sum":
        result = segment_sum(rows, segments, name=scope)
    else:
        total = segment_sum(rows, segments)
        if combiner == "mean":
            result = div_no_nan(total, segment_sum(weights, segments), name=scope)
        else:
            result = div_no_nan(total, sqrt(segment_sum(power(weights, 2), segments)), name=scope)
    return cast(result, narrow)


def _with_axes_of(weights: Tensor, rows: Tensor) -> Tensor:
    """The weights with axes of size 1 behind, so that they broadcast with the rows."""
    more = expand_dims(rank_of(rows) - 1, 0)
    sizes = shape_of(weights)
    known = weights.shape
    weights = reshape(weights, concat([sizes, ones(more, dtype=sizes.dtype)], 0))
    if rows.shape.rank is not None:
        weights.set_shape(known.concatenate([1] * (rows.shape.rank - 1)))
    return weights


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str = "mean",
    default_id: int | None = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: Any = None,
    allow_fast_lookup: bool = False,
) -> Tensor:
    """`embedding_lookup_sparse` for ids that may be missing (API: tf.nn.safe_embedding_lookup_sparse).

    Negative ids, and (unless summing) entries of weights that are not positive, are left out. Examples without
    entries give the row `default_id`, or zeros without one.

    Args:
        embedding_weights: the table, or a list of its parts.
        sparse_ids: a SparseTensor of rank 2 or more; its last axis holds the ids of one example.
        sparse_weights: a SparseTensor of the same places, or None.
        combiner, partition_strategy, max_norm, allow_fast_lookup: as for `embedding_lookup_sparse`.

    Returns:
        Shape `[*sparse_ids.shape[:-1], *table.shape[1:]]`.

    Raises:
        ValueError: no table.
    """
    parts = parts_of(embedding_weights, "embedding_weights")
    dtype = None if sparse_weights is None else sparse_weights.dtype
    parts = [part if _stays(part, dtype) else convert_to_tensor(part, dtype=dtype) for part in parts]
    with name_scope(name, "embedding_lookup", [*parts, sparse_ids, sparse_weights]) as scope:
        whole_shape = sparse_ids.dense_shape
        known_rank = whole_shape.shape[0].value
        rank = size_of(whole_shape) if known_rank is None else known_rank
        rows = reduce_prod(slice_(whole_shape, [0], [rank - 1]))
        ids = sparse_reshape(sparse_ids, [rows, gather(whole_shape, rank - 1)])
        weights = None
        if sparse_weights is not None:
            weights = SparseTensor(ids.indices, sparse_weights.values, ids.dense_shape)
        ids, weights = _without_invalid(ids, weights, combiner)
        ids, is_empty = sparse_fill_empty_rows(ids, default_id or 0)
        if weights is not None:
            weights, _ = sparse_fill_empty_rows(weights, 1.0)
        result = embedding_lookup_sparse(
            parts,
            ids,
            weights,
            combiner=combiner,
            partition_strategy=partition_strategy,
            name=None if default_id is None else scope,
            max_norm=max_norm,
            allow_fast_lookup=allow_fast_lookup,
        )
        if default_id is None:
            is_empty = tile(reshape(is_empty, [-1, 1]), stack([1, shape_of(result)[1]]))
            result = where(is_empty, zeros_like(result), result, name=scope)
        leading = slice_(cast(whole_shape, dtypes.int32), [0], [rank - 1])
        final = reshape(result, concat([leading, slice_(shape_of(result), [1], [-1])], 0))
        examples = unknown_shape(None if known_rank is None else known_rank - 1)
        final.set_shape(examples.concatenate(result.shape[1:]))
        return final


def _stays(part: Any, dtype: dtypes.DType | None) -> bool:
    return is_resource(part) and dtype in (None, part.dtype)


def _without_invalid(
    ids: SparseTensor, weights: SparseTensor | None, combiner: str
) -> tuple[SparseTensor, SparseTensor | None]:
    valid = greater_equal(ids.values, 0)
    if weights is None:
        return sparse_retain(ids, valid), None
    valid = logical_and(valid, ones_like(weights.values, dtype=dtypes.bool))
    ids, weights = sparse_retain(ids, valid), sparse_retain(weights, valid)
    if combiner != "sum":
        positive = greater(weights.values, 0)
        ids, weights = sparse_retain(ids, positive), sparse_retain(weights, positive)
    return ids, weights

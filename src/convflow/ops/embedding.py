"""Rows of tables, which may be split into parts, by their numbers (API: tf.nn.embedding_lookup)."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import colocate_with, name_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import identity
from convflow.ops.array.partition import dynamic_partition
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.array.stack import stack
from convflow.ops.array.stitch import parallel_dynamic_stitch
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_by_norm
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where
from convflow.ops.state import is_resource


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: Any = None,
) -> Tensor:
    """The rows `ids` of a table (API: tf.nn.embedding_lookup).

    Args:
        params: the table, shape (rows, ...), or a list of its parts, or a variable in parts.
        ids: int32 or int64, of any shape.
        partition_strategy: how rows are spread over n parts. "mod": row i is row i // n of part i % n; "div": the
            first part has the first rows, the second one those that follow, and so on, the first parts holding one
            more row where the number does not divide.
        validate_indices: accepted; ids are always checked.
        max_norm: rows of a larger Euclidean norm are scaled down to it.

    Returns:
        Shape `[*ids.shape, *params.shape[1:]]`.

    Raises:
        ValueError: no params, or an unknown partition strategy.
    """
    parts = parts_of(params, "params")
    with name_scope(name, "embedding_lookup", [*parts, ids]) as scope:
        if not any(is_resource(part) for part in parts):
            parts = [convert_to_tensor(part, name=f"params_{index}") for index, part in enumerate(parts)]
        ids = convert_to_tensor(ids, name="ids")
        if len(parts) == 1:
            with _beside(parts[0]):
                rows = _clipped(gather(parts[0], ids, name=scope), ids, max_norm)
            return identity(rows)
        return _clipped(_from_parts(parts, ids, partition_strategy, scope), ids, max_norm)


def parts_of(params: Any, what: str) -> list[Any]:
    """The list of a table's parts that an argument means."""
    if params is None:
        raise ValueError(f"{what} must be specified: a table, or a list of its parts.")
    if not isinstance(params, (list, tuple)):
        # A variable in parts says so itself; everything else is one table.
        listed = getattr(params, "_get_variable_list", None)
        return list(listed()) if listed else [params]
    if not params:
        raise ValueError(f"Length of {what} is currently 0. Need at least one part of the table.")
    return list(params)


def _beside(part: Any) -> Any:
    return nullcontext() if not hasattr(part, "op") else colocate_with(part.op, ignore_existing=True)


def _from_parts(parts: list[Any], ids: Tensor, strategy: str, scope: str) -> Tensor:
    count = len(parts)
    flat = reshape(ids, [-1])
    places = range_of(size_of(flat))
    if strategy == "mod":
        part_of, row_of = flat % count, flat // count
    elif strategy == "div":
        part_of, row_of = _divided(parts, flat)
    else:
        raise ValueError(f"Unrecognized partition strategy: {strategy!r}. Must be one of either 'mod' or 'div'.")
    part_of = cast(part_of, dtypes.int32)
    rows_of_parts = dynamic_partition(row_of, part_of, count)
    places_of_parts = dynamic_partition(places, part_of, count)
    found = []
    for part, rows in zip(parts, rows_of_parts, strict=True):
        with _beside(part):
            found.append(gather(part, rows))
    joined = parallel_dynamic_stitch(places_of_parts, found, name=scope)
    return _with_row_shape(joined, parts, ids)


def _divided(parts: list[Any], ids: Tensor) -> tuple[Tensor, Tensor]:
    total = _total_rows(parts, ids.dtype)
    count = len(parts)
    short, longer = total // count, total % count
    # The first `longer` parts hold one row more than the others.
    part_of = maximum(ids // (short + 1), (ids - longer) // short)
    row_of = where(part_of < longer, ids % (short + 1), (ids - longer) % short)
    return part_of, row_of


def _total_rows(parts: list[Any], dtype: dtypes.DType) -> Tensor:
    sizes = [part.shape[0].value for part in parts]
    if None not in sizes and sum(sizes):
        return constant(sum(sizes), dtype=dtype)
    known_or_not: list[Any] = []
    for part, size in zip(parts, sizes, strict=True):
        if size is None:
            with _beside(part):
                size = shape_of(part)[0]
        known_or_not.append(size)
    return reduce_sum(cast(stack(known_or_not), dtype))


def _with_row_shape(joined: Tensor, parts: list[Any], ids: Tensor) -> Tensor:
    row = parts[0].shape[1:]
    for part in parts[1:]:
        row = row.merge_with(part.shape[1:])
    if row.is_fully_defined():
        sizes: Any = [int(size) for size in row]
    else:
        with _beside(parts[0]):
            whole = shape_of(parts[0])
        sizes = whole[1:]
    result = reshape(joined, concat([shape_of(ids), sizes], 0))
    result.set_shape(ids.shape.concatenate(row))
    return result


def _clipped(rows: Tensor, ids: Tensor, max_norm: Any) -> Tensor:
    if max_norm is None:
        return rows
    first, last = ids.shape.rank, rows.shape.rank
    # A rank of 0 counts as unknown in TensorFlow, and its nodes are these.
    if first and last:
        return clip_by_norm(rows, max_norm, axes=list(range(first, last)))
    limits = [rank or rank_of(tensor) for rank, tensor in ((first, ids), (last, rows))]
    return clip_by_norm(rows, max_norm, axes=range_of(limits[0], limits[1]))

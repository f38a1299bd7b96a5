"""A function of each row at once (API: tf.vectorized_map)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import nest
from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import executing_eagerly, name_scope
from convflow.modeling.functional import map_fn
from convflow.ops.array.gather import gather
from convflow.ops.array.stack import stack


def vectorized_map(fn: Callable[[Any], Any], elems: Any, fallback_to_while_loop: bool = True, warn: bool = True) -> Any:
    """`fn` of each row, stacked, where rows do not depend on each other (API: tf.vectorized_map).

    TensorFlow turns the nodes of `fn` into ones for all rows; here they run in the loop of `tf.map_fn`, with the same
    values and gradients. `fn` is called twice, first to learn the types of its results.

    Args:
        fn: a function of a row, or of a structure of rows, that returns a tensor or a structure of tensors.
        elems: a tensor [n, ...], or a structure of such tensors; one of a single row is that row for all.
        fallback_to_while_loop: accepted; there is a loop.
        warn: accepted.

    Returns:
        The results stacked, in the structure that `fn` returns.

    Raises:
        ValueError: there are no tensors, scalars among them, or tensors of different lengths.
    """
    flat = nest.flatten(elems)
    if not flat:
        raise ValueError(f"elems must be a Tensor or a structure of Tensors, got {elems!r} without any.")
    with name_scope(None, "vectorized_map", flat):
        tensors = [convert_to_tensor(item) for item in flat]
        lengths = [_length(tensor) for tensor in tensors]
        known = {length for length in lengths if length not in (None, 1)}
        if len(known) > 1:
            raise ValueError(f"The tensors of elems must have as many rows, got {lengths}. Pass rows of one batch.")
        several = any(length != 1 for length in lengths)
        shared = [several and length == 1 for length in lengths]
        rows = [tensor for tensor, is_shared in zip(tensors, shared, strict=True) if not is_shared]

        def of_row(given: list[Tensor]) -> Any:
            left = iter(given)
            parts = [
                gather(tensor, 0) if is_shared else next(left)
                for tensor, is_shared in zip(tensors, shared, strict=True)
            ]
            return fn(nest.pack_sequence_as(elems, parts))

        if executing_eagerly():
            return _eagerly(of_row, rows)
        signature = _signature(of_row, rows)
        if not nest.flatten(signature) or all(kind is None for kind in nest.flatten(signature)):
            return signature
        return map_fn(lambda given: _tensors(of_row(given)), rows, dtype=signature)


def _length(tensor: Tensor) -> int | None:
    if tensor.shape.rank == 0:
        raise ValueError(f"The tensors of elems must have rows, got the scalar {tensor}. Put what is fixed into fn.")
    return None if tensor.shape.rank is None else tensor.shape[0].value


def _tensors(result: Any) -> Any:
    return nest.map_structure(convert_to_tensor, result)


def _eagerly(of_row: Callable[[list[Tensor]], Any], rows: list[Tensor]) -> Any:
    results = [_tensors(of_row([row[index] for row in rows])) for index in range(int(rows[0].shape[0]))]
    flat = [stack(list(column)) for column in zip(*map(nest.flatten, results), strict=True)]
    return nest.pack_sequence_as(results[0], flat)


def _signature(of_row: Callable[[list[Tensor]], Any], rows: list[Tensor]) -> Any:
    """The types that a function returns, in its structure; None for nothing. Its nodes stay, as TensorFlow's do."""
    with name_scope(None, "loop_body"):
        return nest.map_structure(_type, of_row([gather(row, 0) for row in rows]))


def _type(value: Any) -> DType | None:
    return None if value is None else convert_to_tensor(value).dtype.base_dtype

"""Sorting, and searching what is sorted (API: tf.sort, tf.argsort, tf.searchsorted)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value
from convflow.ops import rules
from convflow.ops.array.constant import constant
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import getitem
from convflow.ops.array.tensor_scatter import tensor_scatter_nd_update
from convflow.ops.array.transpose import transpose
from convflow.ops.math.arithmetic import add, negative, subtract
from convflow.ops.top_k import top_k
from convflow.ops.types import INDEX

_UNSIGNED = (dtypes.uint8, dtypes.uint16, dtypes.uint32, dtypes.uint64)


def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None) -> Tensor:
    """`values` sorted along an axis (API: tf.sort).

    Args:
        values: numbers.
        axis: the axis; it must be known while the graph is built.
        direction: "ASCENDING" or "DESCENDING".

    Raises:
        ValueError: another direction, an axis outside of the rank or unknown.
    """
    with name_scope(name, "sort"):
        return _ordered(values, axis, direction, return_argsort=False)


def argsort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Tensor:
    """The int32 indices that sort `values` along an axis (API: tf.argsort).

    Args:
        stable: accepted; equal elements always keep their order.
    """
    with name_scope(name, "argsort"):
        return _ordered(values, axis, direction, return_argsort=True)


def _ordered(values: Any, axis: Any, direction: str, return_argsort: bool) -> Tensor:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"Argument `direction` should be one of 'ASCENDING' or 'DESCENDING'. Received: {direction}")
    known = constant_value(convert_to_tensor(axis, name="axis"))
    if known is None:
        raise ValueError("The argument `axis` of tf.sort must be known while the graph is built, got a tensor.")
    values = convert_to_tensor(values, name="values")
    if direction == "DESCENDING":
        return _descending(values, int(known), return_argsort)
    # The largest of the mirrored values are the smallest.
    largest = _descending(_mirrored(values), int(known), return_argsort)
    return largest if return_argsort else _mirrored(largest)


def _mirrored(values: Tensor) -> Tensor:
    """The values in the opposite order; no value of an integer type may overflow."""
    dtype = values.dtype.base_dtype
    if dtype in _UNSIGNED:
        return _operator("sub", dtype.max, values)
    opposite = negative(values)
    return _operator("sub", opposite, 1) if dtype.is_integer else opposite


def _operator(scope_name: str, x: Any, y: Any) -> Tensor:
    """A difference or sum named as Python's operators name theirs."""
    compute = {"sub": subtract, "add": add}[scope_name]
    with name_scope(None, scope_name) as scope:
        if not isinstance(x, Tensor):
            x = convert_to_tensor(x, dtype=y.dtype.base_dtype, name="x")
        if not isinstance(y, Tensor):
            y = convert_to_tensor(y, dtype=x.dtype.base_dtype, name="y")
        return compute(x, y, name=scope)


def _descending(values: Tensor, axis: int, return_argsort: bool) -> Tensor:
    count = getitem(shape_of(values), axis)
    rank = rank_of(values)
    static_rank = values.shape.rank
    if axis == -1 or (static_rank is not None and axis + 1 == static_rank):
        return top_k(values, count)[return_argsort]
    swap = _swap_to_end(axis, rank, static_rank)
    found = top_k(transpose(values, swap), count)
    return transpose(found[return_argsort], swap)


def _swap_to_end(axis: int, rank: Tensor, static_rank: int | None) -> Tensor:
    """The permutation that exchanges an axis with the last one: it is its own inverse."""
    if static_rank is not None:
        at = axis % static_rank
        order = list(range(static_rank))
        order[at], order[-1] = order[-1], order[at]
        return constant(np.array(order, np.int64), name="transposition")
    place: Any = _operator("add", axis, rank) if axis < 0 else axis
    places = range_of(rank)
    last, other_last = _operator("sub", rank, 1), _operator("sub", rank, 1)
    return tensor_scatter_nd_update(places, [[place], [last]], [other_last, place])


def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = dtypes.int32, name: str | None = None
) -> Tensor:
    """Where `values` would have to be put to keep each row sorted (API: tf.searchsorted).

    Args:
        sorted_sequence: [..., n], every row in ascending order.
        values: [..., m], with the same leading axes.
        side: "left" for the first place that fits, "right" for the last.
        out_type: int32 or int64.

    Returns:
        Places between 0 and n, of the shape of `values`.
    """
    if side not in ("left", "right"):
        raise ValueError(f"Argument `side` must be either 'right' or 'left'. Received: `side` = '{side}'.")
    width = getitem(_sizes(sorted_sequence), -1)
    count = getitem(_sizes(values), -1)
    rows = reshape(sorted_sequence, [-1, width])
    wanted = reshape(values, [-1, count])
    op_type = "UpperBound" if side == "right" else "LowerBound"
    found = apply_op(op_type, sorted_inputs=rows, values=wanted, out_type=out_type, name=name)
    return reshape(found, _sizes(values))


def _sizes(value: Any) -> Tensor:
    with name_scope(None, "Shape") as scope:
        tensor = convert_to_tensor(value)
        if tensor.shape.is_fully_defined():
            return constant([int(size) for size in tensor.shape], dtype=dtypes.int32, name="shape_as_tensor")
        return apply_op("Shape", input=tensor, name=scope)


def _bound_shape(ctx: Any) -> list[TensorShape]:
    rows = rules.with_rank(ctx.input(0), 2, "sorted_inputs")
    wanted = rules.with_rank(ctx.input(1), 2, "values")
    rules.merge_dimension(rows[0], wanted[0], f"the rows of sorted_inputs {rows} and values {wanted}")
    return [wanted]


# PyTorch compares no unsigned numbers of more than a byte.
_NOT_SEARCHED = (torch.uint16, torch.uint32)


def _bound_kernel(right: bool) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def kernel(op: Operation) -> Callable[..., torch.Tensor]:
        out_type = op.attrs["out_type"].as_torch_dtype

        def compute(rows: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
            if rows.ndim != 2 or wanted.ndim != 2 or rows.shape[0] != wanted.shape[0]:
                raise ValueError(f"sorted_inputs {list(rows.shape)} and values {list(wanted.shape)} do not fit.")
            if rows.dtype in _NOT_SEARCHED:
                rows, wanted = rows.to(torch.int64), wanted.to(torch.int64)
            return torch.searchsorted(rows.contiguous(), wanted.contiguous(), right=right).to(out_type)

        return compute

    return kernel


for _name, _right in (("LowerBound", False), ("UpperBound", True)):
    register_op(
        _name,
        inputs="sorted_inputs: T; values: T",
        outputs="output: out_type",
        attrs=f"T: type; out_type: type = int32 in {{{INDEX}}}",
        shape=_bound_shape,
        kernel=_bound_kernel(_right),
        gradient=NO_GRADIENT,
    )

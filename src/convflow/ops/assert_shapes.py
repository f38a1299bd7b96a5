"""Checks of sizes that several tensors share (API: tf.debugging.assert_shapes)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from convflow.core.shape import Dimension
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import name_of
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import group
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import getitem
from convflow.ops.assert_rank import assert_rank, assert_rank_at_least, assert_rank_in
from convflow.ops.assertion import assert_
from convflow.ops.control_flow import cond
from convflow.ops.math.comparison import equal

Data = Sequence[Any] | None


class _Checked(NamedTuple):
    """A tensor, its sizes as far as they are numbers (or a tensor of them), what they should be, and its name."""

    tensor: Any
    sizes: Any
    symbols: tuple[Any, ...]
    leading: bool
    name: str


class _Source(NamedTuple):
    """Where a name got its size from."""

    size: Any
    said: str


def assert_shapes(
    shapes: Any, data: Data = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """A node that fails unless tensors have the sizes given, by number or by name (API: tf.debugging.assert_shapes).

    Args:
        shapes: a dict, or a list of pairs, from tensors to sizes. A size is a number; a name, which stands for the
            same number wherever it occurs; None or "." for any. `...` or "*" in front stands for any number of
            dimensions. A scalar counts as a vector of one element.
        data: what to show instead of the sizes.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Raises:
        ValueError: it is known that a size is another one, or `...` does not stand in front.
        InvalidArgumentError: the same found out in a run.
    """
    if not isinstance(shapes, (Mapping, list, tuple)):
        raise ValueError(f"Expected a dict or a list of pairs for shapes, got {shapes!r}.")
    items = list(shapes.items()) if isinstance(shapes, Mapping) else list(shapes)
    show = _Show(data, summarize, message, name)
    with name_scope(name, "assert_shapes", [data, [tensor for tensor, _ in items]]):
        checked = [_read(tensor, symbols) for tensor, symbols in items]
        rank_checks = [check for item in checked for check in _rank_checks(item, show)]
        size_checks = _size_checks(checked, rank_checks, show)
    return group(rank_checks, size_checks)


class _Show(NamedTuple):
    data: Data
    summarize: int | None
    message: str | None
    name: str | None

    @property
    def prefix(self) -> str:
        return f"{self.message}.  " if self.message else ""


def _read(tensor: Any, symbols: Any) -> _Checked:
    tensor = tensor if isinstance(tensor, SparseTensor) else convert_to_tensor(tensor)
    name = f" {tensor.name}" if isinstance(tensor, Tensor) else f" shape={tensor.shape} dtype={tensor.dtype.name}"
    if not hasattr(symbols, "__iter__"):
        raise ValueError(
            f"Tensor{name}.  Specified shape must be an iterable.  Received specified shape: {symbols!r}: write "
            f"({symbols!r},)."
        )
    symbols = tuple(symbols)
    for index, symbol in enumerate(symbols):
        if index and _is_many(symbol):
            raise ValueError(
                f"Tensor{name} specified shape index {index}.  Symbol `...` or `*` for a variable number of "
                "unspecified dimensions is only allowed as the first entry"
            )
    leading = bool(symbols) and _is_many(symbols[0])
    return _Checked(tensor, _sizes_of(tensor), symbols, leading, name)


def _is_many(symbol: Any) -> bool:
    return symbol is Ellipsis or (isinstance(symbol, str) and symbol == "*")


def _is_any(symbol: Any) -> bool:
    return symbol is None or (isinstance(symbol, str) and symbol == ".")


def _sizes_of(tensor: Any) -> Any:
    """A list of numbers and scalar tensors, or a vector where not even the rank is known."""
    sizes = shape_of(tensor)
    known = tensor.get_shape()
    if known.rank == 0:
        return [1]
    if known.rank is not None:
        return [getitem(sizes, axis) if size is None else size for axis, size in enumerate(known.as_list())]
    return cond(equal(rank_of(tensor), 0), lambda: constant([1]), lambda: sizes)


def _rank_checks(item: _Checked, show: _Show) -> list[Operation]:
    arguments: dict[str, Any] = show._asdict()
    number = len(item.symbols)
    if item.leading:
        # One dimension is there always, as scalars count as vectors.
        return [assert_rank_at_least(item.tensor, number - 1, **arguments)] if number > 2 else []
    if number in (0, 1):
        return [assert_rank_in(item.tensor, [0, 1], **arguments)]
    return [assert_rank(item.tensor, number, **arguments)]


def _size_checks(checked: list[_Checked], rank_checks: list[Operation], show: _Show) -> list[Operation]:
    named: dict[str, _Source] = {}
    checks: list[Operation] = []
    for item in checked:
        # A scalar is a vector of one element.
        symbols = (item.symbols[1:] if item.leading else item.symbols) or (1,)
        for position, symbol in enumerate(symbols):
            if _is_any(symbol):
                continue
            axis = position - len(symbols) if item.leading else position
            size = _size_at(item.sizes, axis, rank_checks)
            if isinstance(symbol, str) and symbol not in named:
                named[symbol] = _Source(size, f"Specified by tensor{name_of(item)} dimension {axis}")
                continue
            source = named[symbol] if isinstance(symbol, str) else _Source(_number(symbol), "Specified explicitly")
            check = _compared(item, axis, size, source, show)
            if check is not None:
                checks.append(check)
    return checks


def _number(symbol: Any) -> int:
    if not isinstance(symbol, (Dimension, int, float, np.number)):
        raise TypeError(f"A size is a number, a name, None or '.', got {symbol!r} of type {type(symbol).__name__}.")
    return symbol.__index__() if isinstance(symbol, Dimension) else int(symbol)


def _size_at(sizes: Any, axis: int, rank_checks: list[Operation]) -> Any:
    if isinstance(sizes, list):
        return sizes[axis]
    with control_dependencies(rank_checks):
        return getitem(sizes, axis)


def _compared(item: _Checked, axis: int, size: Any, source: _Source, show: _Show) -> Operation | None:
    wanted = source.size
    if isinstance(size, int) and isinstance(wanted, int):
        if size != wanted:
            raise ValueError(
                f"{show.prefix}{source.said}.  Tensor{name_of(item)} dimension {axis} must have size {wanted}.  "
                f"Received size {size}, shape {item.tensor.get_shape()}"
            )
        return None
    condition = equal(convert_to_tensor(size), convert_to_tensor(wanted))
    data = show.data
    if data is None:
        data = [
            show.prefix, source.said, f"Tensor{name_of(item)} dimension", axis, "must have size", wanted,
            "Received shape: ", shape_of(item.tensor),
        ]  # fmt: skip
    return assert_(condition, data, summarize=show.summarize)

"""Machine code for `L @ tile @ L'`, written out for the numbers of `L`, by LLVM."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from convflow.ops.compiled.machine_code import FLOAT, I64, advanced, function_of, load_vector, loop, store_vector

Matrix = tuple[tuple[float, ...], ...]

_AXES, _STRIDES = 4, 6


@functools.cache
def compiled(matrix: Matrix, lanes: int) -> Any:
    """The C function of the addresses of source and target, how many tiles there are along three axes and how often
    `lanes` floats, and the strides of source and target: along those four, and of the two axes of a tile."""
    numbers = _AXES + 2 * _STRIDES
    signature = ir.FunctionType(ir.VoidType(), [FLOAT.as_pointer()] * 2 + [I64] * numbers)
    address = function_of(signature, lambda function: _write(function, matrix, lanes))
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * numbers)(address)


def _write(function: ir.Function, matrix: Matrix, lanes: int) -> None:
    source, target, *numbers = function.args
    source.add_attribute("noalias")
    target.add_attribute("noalias")
    counts, from_strides, to_strides = numbers[:_AXES], numbers[_AXES:-_STRIDES], numbers[-_STRIDES:]
    build = ir.IRBuilder(function.append_basic_block("entry"))
    with (
        loop(build, counts[0]) as a,
        loop(build, counts[1]) as b,
        loop(build, counts[2]) as c,
        loop(build, counts[3]) as vector,
    ):
        tiles = [
            _Tile(build, advanced(build, base, *zip((a, b, c, vector), strides, strict=False)), strides[_AXES:], lanes)
            for base, strides in ((source, from_strides), (target, to_strides))
        ]
        _transform(build, matrix, *tiles)
    build.ret_void()


class _Tile:
    """The vectors of one tile in memory."""

    def __init__(self, builder: ir.IRBuilder, base: Any, strides: Sequence[Any], lanes: int) -> None:
        self._builder, self._base, self._strides, self._lanes = builder, base, strides, lanes

    def load(self, i: int, j: int) -> Any:
        return load_vector(self._builder, self._place(i, j), self._lanes)

    def store(self, value: Any, i: int, j: int) -> None:
        store_vector(self._builder, value, self._place(i, j))

    def _place(self, i: int, j: int) -> Any:
        return advanced(self._builder, self._base, *zip((I64(i), I64(j)), self._strides, strict=True))


def _transform(builder: ir.IRBuilder, matrix: Matrix, source: _Tile, target: _Tile) -> None:
    size = range(len(matrix[0]))
    columns = [_product(builder, matrix, [source.load(i, j) for i in size]) for j in size]
    for i in range(len(matrix)):
        for j, value in enumerate(_product(builder, matrix, [columns[k][i] for k in size])):
            target.store(value, i, j)


def _product(builder: ir.IRBuilder, matrix: Matrix, values: Sequence[Any]) -> list[Any]:
    """`matrix @ values`. Neighbours that differ in the signs of every second column share their sums: those of the
    points x and -x do."""
    result: list[Any] = []
    while len(result) < len(matrix):
        row = matrix[len(result)]
        after = matrix[len(result) + 1] if len(result) + 1 < len(matrix) else ()
        sign = _mirrored(row, after)
        if sign:
            even = _sum(builder, [factor * (k % 2 == 0) for k, factor in enumerate(row)], values)
            odd = _sum(builder, [factor * (k % 2 == 1) for k, factor in enumerate(row)], values)
            pair = [builder.fadd(even, odd), builder.fsub(even, odd) if sign > 0 else builder.fsub(odd, even)]
            result += pair
        else:
            result.append(_sum(builder, row, values))
    return result


def _mirrored(row: Sequence[float], after: Sequence[float]) -> int:
    """1 if `after` is `row` with the odd columns negated, -1 if with the even ones; 0 if neither, or one of both sums
    is empty."""
    if not any(row[::2]) or not any(row[1::2]):
        return 0
    for sign in (1, -1):
        if tuple(after) == tuple(sign * factor * (-1) ** k for k, factor in enumerate(row)):
            return sign
    return 0


def _sum(builder: ir.IRBuilder, row: Sequence[float], values: Sequence[Any]) -> Any:
    kind = values[0].type
    total = None
    for factor, value in zip(row, values, strict=True):
        if factor:
            constant = ir.Constant(kind, [float(factor)] * kind.count)
            term = value if factor == 1 else builder.fmul(value, constant, flags=("contract",))
            total = term if total is None else builder.fadd(total, term, flags=("contract",))
    return ir.Constant(kind, [0.0] * kind.count) if total is None else total

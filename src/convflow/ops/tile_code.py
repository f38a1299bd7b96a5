"""Machine code for `L @ tile @ L'`, written out for the numbers of `L`, by LLVM."""

from __future__ import annotations

import ctypes
import functools
import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

Matrix = tuple[tuple[float, ...], ...]

_I64, _FLOAT = ir.IntType(64), ir.FloatType()
_COUNTS, _STRIDES = 4, 5

_compiling = threading.RLock()
_numbers = itertools.count()


@functools.cache
def _engine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
    )
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine), machine


@functools.cache
def compiled(matrix: Matrix, lanes: int) -> Any:
    """The C function of the addresses of source and target, how many tiles there are along three axes and how often
    `lanes` floats along the last, and the five strides of source and target."""
    with _compiling:
        return _compile(matrix, lanes)


def _compile(matrix: Matrix, lanes: int) -> Any:
    engine, machine = _engine()
    name = f"transform_{next(_numbers)}"
    module = llvm.parse_assembly(str(_module(name, matrix, lanes)))
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(module, builder)
    engine.add_module(module)
    engine.finalize_object()
    arguments = [ctypes.c_void_p] * 2 + [ctypes.c_int64] * (_COUNTS + 2 * _STRIDES)
    return ctypes.CFUNCTYPE(None, *arguments)(engine.get_function_address(name))


def _module(name: str, matrix: Matrix, lanes: int) -> ir.Module:
    pointer = _FLOAT.as_pointer()
    module = ir.Module(name)
    signature = ir.FunctionType(ir.VoidType(), [pointer, pointer] + [_I64] * (_COUNTS + 2 * _STRIDES))
    function = ir.Function(module, signature, name)
    source, target, *numbers = function.args
    source.add_attribute("noalias")
    target.add_attribute("noalias")
    counts, from_strides, to_strides = numbers[:_COUNTS], numbers[_COUNTS:-_STRIDES], numbers[-_STRIDES:]
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    with (
        _loop(builder, counts[0]) as a,
        _loop(builder, counts[1]) as b,
        _loop(builder, counts[2]) as c,
        _loop(builder, counts[3]) as block,
    ):
        place = (a, b, c, builder.mul(block, ir.Constant(_I64, lanes)))
        from_tile = _Tile(builder, _moved(builder, source, place, from_strides), from_strides[3:], lanes)
        to_tile = _Tile(builder, _moved(builder, target, place, to_strides), to_strides[3:], lanes)
        _transform(builder, matrix, from_tile, to_tile)
    builder.ret_void()
    return module


@contextmanager
def _loop(builder: ir.IRBuilder, count: Any) -> Iterator[Any]:
    """What is built inside runs `count` times, at least once, with an index from 0."""
    before = builder.block
    body, after = builder.append_basic_block("body"), builder.append_basic_block("after")
    builder.branch(body)
    builder.position_at_end(body)
    index = builder.phi(_I64)
    index.add_incoming(ir.Constant(_I64, 0), before)
    yield index
    following = builder.add(index, ir.Constant(_I64, 1))
    index.add_incoming(following, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, count), body, after)
    builder.position_at_end(after)


def _moved(builder: ir.IRBuilder, base: Any, place: Sequence[Any], strides: Sequence[Any]) -> Any:
    offset = place[3]
    for index, stride in zip(place[:3], strides[:3], strict=True):
        offset = builder.add(offset, builder.mul(index, stride))
    return builder.gep(base, [offset])


class _Tile:
    """The vectors of one tile in memory."""

    def __init__(self, builder: ir.IRBuilder, base: Any, strides: Sequence[Any], lanes: int) -> None:
        self._builder, self._base, self._strides = builder, base, strides
        self._pointer = ir.VectorType(_FLOAT, lanes).as_pointer()

    def load(self, i: int, j: int) -> Any:
        return self._builder.load(self._place(i, j), align=4)

    def store(self, value: Any, i: int, j: int) -> None:
        self._builder.store(value, self._place(i, j), align=4)

    def _place(self, i: int, j: int) -> Any:
        build = self._builder
        steps = [build.mul(ir.Constant(_I64, k), stride) for k, stride in zip((i, j), self._strides, strict=True)]
        return build.bitcast(build.gep(self._base, [build.add(*steps)]), self._pointer)


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

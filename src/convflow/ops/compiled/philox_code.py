"""Machine code for Philox 4x32 with ten rounds, and for the uniform and normal float32 numbers made of its words.

The same steps as in `philox_words.py`, `philox_uniform.py` and `philox_normal.py`, in the same order and with the same
roundings, but one counter after the other in registers instead of whole arrays through memory.
"""

from __future__ import annotations

import ctypes
import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from convflow.ops import philox_normal as normal
from convflow.ops.compiled.machine_code import FLOAT, I64, function_of, loop
from convflow.ops.philox_words import KEY_STEPS, MULTIPLIERS, ROUNDS

I32, DOUBLE = ir.IntType(32), ir.DoubleType()
_MANTISSA_BITS = 23

# (key, upper half of the counter, lower half of the first counter, number of counters)
STREAM = [I64] * 4
STREAM_IN_C = [ctypes.c_uint64] * 4
_SIGNATURE = ir.FunctionType(ir.VoidType(), [FLOAT.as_pointer(), *STREAM])


@functools.cache
def uniforms(mantissa_bits: int) -> Any:
    """The C function that writes four uniform numbers for each counter. Arguments: an address and those of `STREAM`."""

    def draw(builder: ir.IRBuilder, words: list[Any]) -> list[Any]:
        return [unit(builder, word, mantissa_bits) for word in words]

    return _callable(draw)


@functools.cache
def normals() -> Any:
    """The same for normal numbers."""

    return _callable(four_normals)


def four_normals(builder: ir.IRBuilder, words: list[Any]) -> list[Any]:
    """Normal numbers of the words of a counter."""
    return [*_box_muller(builder, *words[:2]), *_box_muller(builder, *words[2:])]


def _callable(draw: Callable[[ir.IRBuilder, list[Any]], list[Any]]) -> Any:
    def write(function: ir.Function) -> None:
        place, *stream = function.args
        place.add_attribute("noalias")
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        with each_counter(builder, *stream) as (index, words):
            first = builder.shl(index, I64(2))
            for offset, value in enumerate(draw(builder, words)):
                builder.store(value, builder.gep(place, [builder.add(first, I64(offset))]))
        builder.ret_void()

    return ctypes.CFUNCTYPE(None, ctypes.c_void_p, *STREAM_IN_C)(function_of(_SIGNATURE, write))


@contextmanager
def each_counter(builder: ir.IRBuilder, key: Any, high: Any, start: Any, count: Any) -> Iterator[tuple[Any, list[Any]]]:
    """What is built inside runs for each counter, at least one, with its index from 0 and its four words."""
    keys, upper = round_keys(builder, key), halves(builder, high)
    with loop(builder, count) as index:
        yield index, words_at(builder, keys, upper, builder.add(start, index))


def round_keys(builder: ir.IRBuilder, key: Any) -> list[list[Any]]:
    """The two halves of the key of each round."""
    keys = [halves(builder, key)]
    for _ in range(ROUNDS - 1):
        keys.append([builder.add(old, I32(step)) for old, step in zip(keys[-1], KEY_STEPS, strict=True)])
    return keys


def words_at(builder: ir.IRBuilder, keys: list[list[Any]], upper: list[Any], counter: Any) -> list[Any]:
    """The four words of a counter, of whose upper half the two words are given."""
    w0, w1 = halves(builder, counter)
    w2, w3 = upper
    for key0, key1 in keys:
        low0, high0 = _product(builder, w0, MULTIPLIERS[0])
        low2, high2 = _product(builder, w2, MULTIPLIERS[1])
        w0, w1 = builder.xor(builder.xor(high2, w1), key0), low2
        w2, w3 = builder.xor(builder.xor(high0, w3), key1), low0
    return [w0, w1, w2, w3]


def halves(builder: ir.IRBuilder, pair: Any) -> list[Any]:
    """The lower and the upper 32 of 64 bits."""
    return [builder.trunc(pair, I32), builder.trunc(builder.lshr(pair, I64(32)), I32)]


def _product(builder: ir.IRBuilder, word: Any, multiplier: int) -> list[Any]:
    return halves(builder, builder.mul(builder.zext(word, I64), I64(multiplier)))


def unit(builder: ir.IRBuilder, word: Any, mantissa_bits: int = _MANTISSA_BITS) -> Any:
    """The lowest bits of a word as a float in [0, 1)."""
    bits = builder.and_(word, I32(2**mantissa_bits - 1))
    bits = builder.shl(bits, I32(_MANTISSA_BITS - mantissa_bits))
    return builder.fsub(builder.bitcast(builder.or_(bits, I32(0x3F800000)), FLOAT), FLOAT(1.0))


def _unit_double(builder: ir.IRBuilder, word: Any) -> Any:
    bits = builder.shl(builder.zext(builder.and_(word, I32(2**_MANTISSA_BITS - 1)), I64), I64(52 - _MANTISSA_BITS))
    return builder.fsub(builder.bitcast(builder.or_(bits, I64(0x3FF0000000000000)), DOUBLE), DOUBLE(1.0))


def _box_muller(builder: ir.IRBuilder, radius_word: Any, angle_word: Any) -> tuple[Any, Any]:
    uniform = _unit_double(builder, radius_word)
    smallest = DOUBLE(normal.SMALLEST)
    uniform = builder.select(builder.fcmp_ordered("<", uniform, smallest), smallest, uniform)
    radius = builder.fmul(_log(builder, uniform), FLOAT(-2.0))
    radius = builder.call(_intrinsic(builder, "llvm.sqrt.f32", FLOAT), [radius])
    angle = builder.fmul(_unit_double(builder, angle_word), DOUBLE(2 * math.pi))
    sine, cosine = _sincos(builder, builder.fpext(builder.fptrunc(angle, FLOAT), DOUBLE))
    return builder.fmul(sine, radius), builder.fmul(cosine, radius)


def _intrinsic(builder: ir.IRBuilder, name: str, kind: Any) -> Any:
    known = builder.module.globals.get(name)
    return known or ir.Function(builder.module, ir.FunctionType(kind, [kind]), name)


def _table(builder: ir.IRBuilder, name: str, numbers: Any, index: Any) -> Any:
    table = builder.module.globals.get(name)
    if table is None:
        kind = ir.ArrayType(DOUBLE, len(numbers))
        table = ir.GlobalVariable(builder.module, kind, name)
        table.global_constant, table.linkage = True, "internal"
        table.initializer = ir.Constant(kind, [DOUBLE(float(number)) for number in numbers])
    return builder.load(builder.gep(table, [I64(0), index]))


def _log(builder: ir.IRBuilder, x: Any) -> Any:
    bits = builder.sub(builder.bitcast(x, I64), I64(int(normal.LOG_ORIGIN_BITS)))
    index = builder.sub(builder.ashr(bits, I64(int(normal.LOG_INDEX_SHIFT))), I64(normal.LOG_FIRST))
    r = builder.fsub(builder.fmul(x, _table(builder, "scales", normal.LOG_SCALES, index)), DOUBLE(1.0))
    r2 = builder.fmul(r, r)
    offset = builder.fadd(_table(builder, "offsets", normal.LOG_OFFSETS, index), r)
    y = builder.fadd(
        builder.fmul(r2, DOUBLE(normal.LOG_4)),
        builder.fadd(builder.fmul(r, DOUBLE(normal.LOG_3)), DOUBLE(normal.LOG_2)),
    )
    return builder.fptrunc(builder.fadd(builder.fmul(y, r2), offset), FLOAT)


def _sincos(builder: ir.IRBuilder, x: Any) -> tuple[Any, Any]:
    quadrant = builder.fadd(builder.fmul(x, DOUBLE(2 / math.pi)), DOUBLE(0.5))
    # Not negative: rounding to zero is rounding down.
    turns = builder.fptosi(quadrant, I32)
    x = builder.fsub(x, builder.fmul(builder.sitofp(turns, DOUBLE), DOUBLE(math.pi / 2)))
    sine, cosine = _polynomials(builder, x)
    is_odd = builder.trunc(turns, ir.IntType(1))
    sine, cosine = builder.select(is_odd, cosine, sine), builder.select(is_odd, sine, cosine)
    return _turned(builder, sine, turns), _turned(builder, cosine, builder.add(turns, I32(1)))


def _turned(builder: ir.IRBuilder, value: Any, turns: Any) -> Any:
    """With the other sign where the second bit of `turns` is set."""
    sign = builder.shl(builder.and_(turns, I32(2)), I32(30))
    return builder.bitcast(builder.xor(builder.bitcast(value, I32), sign), FLOAT)


def _polynomials(builder: ir.IRBuilder, x: Any) -> tuple[Any, Any]:
    def at(power: Any, factor: float, constant: float) -> Any:
        return builder.fadd(builder.fmul(power, DOUBLE(factor)), DOUBLE(constant))

    x2 = builder.fmul(x, x)
    x3, x4 = builder.fmul(x2, x), builder.fmul(x2, x2)
    sine = builder.fadd(builder.fmul(x3, DOUBLE(normal.S3)), x)
    high = builder.fmul(at(x2, normal.S7, normal.S5), builder.fmul(x3, x2))
    sine = builder.fptrunc(builder.fadd(sine, high), FLOAT)
    high = builder.fmul(at(x2, normal.C8, normal.C6), builder.fmul(x2, x4))
    cosine = builder.fadd(at(x2, normal.C2, 1.0), builder.fmul(x4, DOUBLE(normal.C4)))
    return sine, builder.fptrunc(builder.fadd(cosine, high), FLOAT)

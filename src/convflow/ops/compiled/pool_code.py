"""Machine code for max pooling by windows of two by two that do not overlap: maxima with their places, and back.

The rows of an input stand in pairs, the places in a pair of rows in fours; the floats of the channels side by side.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any, NamedTuple

from llvmlite import ir

from convflow.ops.compiled.machine_code import FLOAT, I64, function_of, loop

_BYTE = ir.IntType(8)
# (address of the pairs of rows, of the maxima, of their places; pairs of rows, windows in a pair, channels)
_SIGNATURE = ir.FunctionType(ir.VoidType(), [FLOAT.as_pointer()] * 2 + [_BYTE.as_pointer()] + [I64] * 3)


@functools.cache
def largest_of_four() -> Any:
    """The C function that writes the maxima and which of the four elements they are: 0 to 3, row by row."""
    return _callable(_write_largest)


@functools.cache
def back_to_four() -> Any:
    """The C function that writes to each of four elements what the maximum has, or zero if it is not the maximum."""
    return _callable(_write_back)


def _callable(write: Any) -> Any:
    arguments = [ctypes.c_void_p] * 3 + [ctypes.c_int64] * 3
    return ctypes.CFUNCTYPE(None, *arguments)(function_of(_SIGNATURE, lambda function: _over_windows(function, write)))


class _Window(NamedTuple):
    """The addresses of a channel's four elements, of its maximum and of the maximum's place."""

    elements: list[Any]
    maximum: Any
    place: Any


def _over_windows(function: ir.Function, write: Any) -> None:
    for argument in function.args[:3]:
        argument.add_attribute("noalias")
    pairs, maxima, places, rows, windows, channels = function.args
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    width = builder.mul(builder.mul(windows, channels), I64(2))
    with loop(builder, rows) as row, loop(builder, windows) as window:
        first = builder.add(
            builder.mul(row, builder.mul(width, I64(2))), builder.mul(window, builder.shl(channels, I64(1)))
        )
        target = builder.mul(builder.add(builder.mul(row, windows), window), channels)
        starts = [first, builder.add(first, channels), builder.add(first, width)]
        starts.append(builder.add(starts[2], channels))
        bases = [builder.gep(pairs, [start]) for start in starts]
        maximum, place = builder.gep(maxima, [target]), builder.gep(places, [target])
        with loop(builder, channels) as channel:
            elements = [builder.gep(base, [channel]) for base in bases]
            write(builder, _Window(elements, builder.gep(maximum, [channel]), builder.gep(place, [channel])))
    builder.ret_void()


def _write_largest(builder: ir.IRBuilder, window: _Window) -> None:
    values = [builder.load(element) for element in window.elements]
    largest, place = values[0], _BYTE(0)
    for index, value in enumerate(values[1:], 1):
        # As PyTorch's: the first of equals, and what is not a number wins.
        wins = builder.or_(builder.fcmp_ordered(">", value, largest), builder.fcmp_unordered("uno", value, value))
        largest, place = builder.select(wins, value, largest), builder.select(wins, _BYTE(index), place)
    builder.store(largest, window.maximum)
    builder.store(place, window.place)


def _write_back(builder: ir.IRBuilder, window: _Window) -> None:
    slope, place = builder.load(window.maximum), builder.load(window.place)
    for index, element in enumerate(window.elements):
        is_here = builder.icmp_unsigned("==", place, _BYTE(index))
        builder.store(builder.select(is_here, slope, FLOAT(0.0)), element)

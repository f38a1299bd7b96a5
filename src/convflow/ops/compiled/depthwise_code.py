"""Machine code for convolutions of each float32 channel with a small filter of its own, channels last, and back.

A tap that falls outside of the picture reads zeros that stand elsewhere, so there are no borders to treat, and all
channels of a pixel are done at a time, in the order in which they stand in memory.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from llvmlite import ir

from convflow.ops.compiled.channel_tiles import multiply_add
from convflow.ops.compiled.machine_code import FLOAT, I64, function_of, loop

# Pixels side by side that are done at once.
_GATHERED_TOGETHER = 4
_SUMMED_TOGETHER = 4


class Walk(NamedTuple):
    """Where the taps of a pixel are read: pixel p and tap k meet p * step + sign * k + start, divided by `by`.

    Where that is no whole number, or outside of the picture, the tap reads zeros. A convolution has its stride as the
    step, its derivative by the input divides by it.
    """

    taps: tuple[int, int]
    step: tuple[int, int]
    sign: int
    by: tuple[int, int]


@functools.cache
def gathered(walk: Walk) -> Any:
    """The C function that writes rows of pixels, each the sum of what its taps read times their weights.

    Its arguments are the addresses of the pictures read, of zeros for the channels of a pixel, of the weights
    [taps, channels] and of the pictures written; the first row and how many, of all pictures, one after the other;
    rows and columns of a picture written and of one read; channels; and the two starts.
    """
    return _callable(functools.partial(_write_gathered, walk))


@functools.cache
def weights_back(walk: Walk) -> Any:
    """The C function that adds to sums [taps, channels] the products of what taps read and the slopes of pixels.

    Its arguments are those of `gathered`, with the sums in place of the weights and the slopes of the pictures written.
    """
    return _callable(functools.partial(_write_weights_back, walk))


def _callable(write: Callable[..., None]) -> Any:
    def written(function: ir.Function) -> None:
        for argument in function.args[:4]:
            argument.add_attribute("noalias")
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        write(builder, *function.args)
        builder.ret_void()

    signature = ir.FunctionType(ir.VoidType(), [FLOAT.as_pointer()] * 4 + [I64] * 9)
    arguments = [ctypes.c_void_p] * 4 + [ctypes.c_int64] * 9
    return ctypes.CFUNCTYPE(None, *arguments)(function_of(signature, written))


class _Axis(NamedTuple):
    """One axis of the pictures: sizes of those written and read, and how taps move."""

    taps: int
    step: int
    sign: int
    by: int
    written: Any
    read: Any
    start: Any

    def read_at(self, builder: ir.IRBuilder, place: Any, move: int) -> tuple[Any, Any]:
        """The place that is read for one written, so many steps from its first, and whether it is there."""
        first = builder.add(builder.mul(place, I64(self.step)), builder.add(self.start, I64(move)))
        index = builder.sdiv(first, I64(self.by))
        is_whole = builder.icmp_signed("==", builder.mul(index, I64(self.by)), first)
        # As an unsigned number, what is negative is large.
        inside = builder.icmp_unsigned("<", first, builder.mul(self.read, I64(self.by)))
        return index, builder.and_(is_whole, inside)


def _axes(walk: Walk, numbers: list[Any]) -> tuple[_Axis, _Axis]:
    rows, columns, read_rows, read_columns, start_row, start_column = numbers
    sizes = ((rows, read_rows, start_row), (columns, read_columns, start_column))
    pairs = [
        _Axis(walk.taps[i], walk.step[i], walk.sign, walk.by[i], written, read, start)
        for i, (written, read, start) in enumerate(sizes)
    ]
    return pairs[0], pairs[1]


class _Row(NamedTuple):
    """A row of pixels: where it is written, and the rows its taps read, with whether they are there."""

    target: Any
    sources: list[tuple[Any, Any]]


def _row(builder: ir.IRBuilder, axis: _Axis, row: Any, source: Any, target: Any, sizes: tuple[Any, Any]) -> _Row:
    """
    Args:
        sizes: floats in a row written, and in one read.
    """
    picture = builder.sdiv(row, axis.written)
    place = builder.sub(row, builder.mul(picture, axis.written))
    base = builder.mul(picture, axis.read)
    sources = []
    for tap in range(axis.taps):
        index, is_there = axis.read_at(builder, place, axis.sign * tap)
        sources.append((builder.gep(source, [builder.mul(builder.add(base, index), sizes[1])]), is_there))
    return _Row(builder.gep(target, [builder.mul(row, sizes[0])]), sources)


def _over_columns(builder: ir.IRBuilder, columns: Any, together: int, body: Callable[[Any, int], None]) -> None:
    """`body` of the first column and the number of each group of columns, then of each that is left."""
    groups = builder.sdiv(columns, I64(together))
    done = builder.mul(groups, I64(together))
    rest = builder.sub(columns, done)
    with builder.if_then(builder.icmp_signed(">", groups, I64(0))), loop(builder, groups) as group:
        body(builder.mul(group, I64(together)), together)
    with builder.if_then(builder.icmp_signed(">", rest, I64(0))), loop(builder, rest) as index:
        body(builder.add(done, index), 1)


class _Pixels(NamedTuple):
    """Some pixels side by side of a row.

    Attributes:
        targets: where they are written.
        sources: what their taps read, by row of taps and place from the first pixel's: neighbours share most of it.
        taps: for each pixel the sources of its taps, row by row.
    """

    targets: list[Any]
    sources: dict[tuple[int, int], Any]
    taps: list[list[tuple[int, int]]]

    def loaded(self, builder: ir.IRBuilder, channel: Any) -> list[list[Any]]:
        """What the taps of each pixel read."""
        values = {key: _loaded(builder, base, channel) for key, base in self.sources.items()}
        return [[values[key] for key in keys] for keys in self.taps]


def _pixels(
    builder: ir.IRBuilder, axis: _Axis, row: _Row, first: Any, count: int, channels: Any, zeros: Any
) -> _Pixels:
    moves = [[pixel * axis.step + axis.sign * tap for tap in range(axis.taps)] for pixel in range(count)]
    sources = {}
    for move in sorted({move for own in moves for move in own}):
        index, is_there = axis.read_at(builder, first, move)
        for tap, (base, row_is_there) in enumerate(row.sources):
            place = builder.gep(base, [builder.mul(index, channels)])
            sources[tap, move] = builder.select(builder.and_(row_is_there, is_there), place, zeros)
    taps = [[(tap, move) for tap in range(len(row.sources)) for move in own] for own in moves]
    columns = [builder.add(first, I64(pixel)) for pixel in range(count)]
    return _Pixels([builder.gep(row.target, [builder.mul(column, channels)]) for column in columns], sources, taps)


def _loaded(builder: ir.IRBuilder, base: Any, index: Any) -> Any:
    return builder.load(builder.gep(base, [index]))


def _write_gathered(
    walk: Walk, builder: ir.IRBuilder, source: Any, zeros: Any, weights: Any, target: Any, first: Any, count: Any,
    rows: Any, columns: Any, read_rows: Any, read_columns: Any, channels: Any, *starts: Any,
) -> None:  # fmt: skip
    down, across = _axes(walk, [rows, columns, read_rows, read_columns, *starts])
    sizes = builder.mul(columns, channels), builder.mul(read_columns, channels)
    of_taps = [builder.gep(weights, [builder.mul(I64(tap), channels)]) for tap in range(down.taps * across.taps)]
    with loop(builder, count) as number:
        row = _row(builder, down, builder.add(first, number), source, target, sizes)

        def write(column: Any, together: int, row: _Row = row) -> None:
            pixels = _pixels(builder, across, row, column, together, channels, zeros)
            with loop(builder, channels) as channel:
                of_channel = [_loaded(builder, base, channel) for base in of_taps]
                for values, place in zip(pixels.loaded(builder, channel), pixels.targets, strict=True):
                    total: Any = FLOAT(0.0)
                    for value, weight in zip(values, of_channel, strict=True):
                        total = multiply_add(builder, value, weight, total)
                    builder.store(total, builder.gep(place, [channel]))

        _over_columns(builder, columns, _GATHERED_TOGETHER, write)


def _write_weights_back(
    walk: Walk, builder: ir.IRBuilder, source: Any, zeros: Any, sums: Any, slopes: Any, first: Any, count: Any,
    rows: Any, columns: Any, read_rows: Any, read_columns: Any, channels: Any, *starts: Any,
) -> None:  # fmt: skip
    down, across = _axes(walk, [rows, columns, read_rows, read_columns, *starts])
    sizes = builder.mul(columns, channels), builder.mul(read_columns, channels)
    of_taps = [builder.gep(sums, [builder.mul(I64(tap), channels)]) for tap in range(down.taps * across.taps)]
    with loop(builder, count) as number:
        row = _row(builder, down, builder.add(first, number), source, slopes, sizes)

        def add(column: Any, together: int, row: _Row = row) -> None:
            pixels = _pixels(builder, across, row, column, together, channels, zeros)
            with loop(builder, channels) as channel:
                of_pixels = [_loaded(builder, place, channel) for place in pixels.targets]
                values = pixels.loaded(builder, channel)
                for tap, base in enumerate(of_taps):
                    place = builder.gep(base, [channel])
                    total = builder.load(place)
                    for slope, of_pixel in zip(of_pixels, values, strict=True):
                        total = multiply_add(builder, of_pixel[tap], slope, total)
                    builder.store(total, place)

        _over_columns(builder, columns, _SUMMED_TOGETHER, add)

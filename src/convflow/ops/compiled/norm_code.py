"""Machine code for batch normalization of rows of float32 channels: its sums, its values, and both for its derivative.

Sums stay in registers over a block of rows, for some channels at a time, as float32; the blocks' sums come together in
float64. What is written element by element is a plain loop over the channels, which LLVM makes vectors of.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from llvmlite import ir

from convflow.ops.compiled.channel_tiles import DOUBLE, Tile, intrinsic, multiply_add, over_blocks, over_tiles, summed
from convflow.ops.compiled.machine_code import FLOAT, I64, function_of, loop


class Shape(NamedTuple):
    """What a normalization has around it.

    Attributes:
        clips: the lower and the upper bound of the activation, None where there is none.
        adds: whether another array is added before the activation.
    """

    clips: tuple[float | None, float | None] = (None, None)
    adds: bool = False


@functools.cache
def moments(vectors: int) -> Any:
    """The C function that adds rows to means and sums of squared deviations, for so many vectors of channels at a time.

    Its arguments are the addresses of the rows, of the means and the sums (float64, zero before the call), and how many
    rows and channels there are.
    """
    return _callable(functools.partial(_write_moments, vectors), "fdd", "ii")


@functools.cache
def merged_moments() -> Any:
    """The C function that makes of the moments of several groups of rows what a normalization needs.

    Its arguments are the addresses of the groups' means and sums [groups, channels], which it writes over; of two
    weights for each group; of scale and offset; of the results [5, channels]: mean, variance, variance as an estimate,
    factor and shift, with which (x - mean) * factor + shift is the normalized x; the numbers of groups and channels;
    epsilon, and 1 / count and 1 / (count - 1).
    """
    return _callable(_write_merged_moments, "dddfff", "ii", "ddd")


@functools.cache
def normalize(shape: Shape) -> Any:
    """The C function that writes normalized rows.

    Its arguments are the addresses of the rows, of what is added (if it is), of mean, factor and shift, and of the
    result, and how many rows and channels there are.
    """
    return _callable(functools.partial(_write_normalized, shape), "ffffff", "ii")


@functools.cache
def slopes(shape: Shape, vectors: int) -> Any:
    """The C function that adds up slopes, and slopes times deviations from the mean, for so many vectors of channels at
    a time.

    Its arguments are the addresses of the slopes by the result, of the rows, of mean, factor and shift, and of the two
    sums (float64); how many rows and channels there are.
    """
    return _callable(functools.partial(_write_slopes, shape, vectors), "fffffdd", "ii")


@functools.cache
def merged_slopes() -> Any:
    """The C function that makes of the sums of groups what the derivative needs.

    Its arguments are the addresses of the groups' sums [groups, channels], which it writes over; of scale and variance;
    of the results [5, channels]: the derivatives by scale and offset, and a, b, c of a * slope + b * (x - mean) + c,
    the derivative by x; the numbers of groups and channels; epsilon, and 1 / count where the statistics depend on x.
    """
    return _callable(_write_merged_slopes, "ddfff", "ii", "dd")


@functools.cache
def back(shape: Shape, in_place: bool) -> Any:
    """The C function that writes the derivative by x, over the slopes by the result if `in_place`.

    Its arguments are the addresses of these slopes, of the rows, of mean, factor and shift, of a, b and c, and of the
    result, and how many rows and channels there are.
    """
    return _callable(functools.partial(_write_back, shape, in_place), "fffffffff", "ii")


_TYPES = {"f": FLOAT.as_pointer(), "d": DOUBLE.as_pointer()}


def _callable(write: Callable[..., None], arrays: str, counts: str, numbers: str = "") -> Any:
    """A C function of addresses of floats (f) and doubles (d), counts and doubles."""
    types = [*(_TYPES[letter] for letter in arrays), *[I64] * len(counts), *[DOUBLE] * len(numbers)]

    def written(function: ir.Function) -> None:
        for argument in function.args[: len(arrays)]:
            argument.add_attribute("noalias")
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        write(builder, *function.args)
        builder.ret_void()

    address = function_of(ir.FunctionType(ir.VoidType(), types), written)
    arguments = [ctypes.c_void_p] * len(arrays) + [ctypes.c_int64] * len(counts) + [ctypes.c_double] * len(numbers)
    return ctypes.CFUNCTYPE(None, *arguments)(address)


def _at(builder: ir.IRBuilder, base: Any, index: Any, stride: Any) -> Any:
    return builder.gep(base, [builder.mul(index, stride)])


def _loaded(builder: ir.IRBuilder, base: Any, index: Any) -> Any:
    return builder.load(builder.gep(base, [index]))


def _wide(builder: ir.IRBuilder, value: Any) -> Any:
    return builder.fpext(value, DOUBLE)


def _store_narrow(builder: ir.IRBuilder, value: Any, base: Any, index: Any) -> Any:
    narrow = builder.fptrunc(value, FLOAT)
    builder.store(narrow, builder.gep(base, [index]))
    return narrow


def _constant(kind: Any, number: float) -> Any:
    return ir.Constant(kind, [number] * kind.count if isinstance(kind, ir.VectorType) else number)


def _inverse_root(builder: ir.IRBuilder, value: Any) -> Any:
    return builder.fdiv(DOUBLE(1.0), builder.call(intrinsic(builder, "sqrt", DOUBLE, 1), [value]))


# Statistics


def _write_moments(
    vectors: int, builder: ir.IRBuilder, x: Any, means: Any, squares: Any, rows: Any, channels: Any
) -> None:
    def block(first: Any, count: Any) -> None:
        origin = _at(builder, x, first, channels)
        before, own = (builder.sitofp(number, DOUBLE) for number in (first, count))
        weight = builder.fdiv(own, builder.fadd(before, own))
        numbers = builder.fdiv(DOUBLE(1.0), own), weight, builder.fmul(before, weight)

        def some(tile: Tile) -> None:
            # Deviations from a row of the block itself keep their digits however far from zero the values are.
            zeros = tile.loaded(origin)
            sums = summed(
                builder, count, tile.zeros() * 2, functools.partial(_with_deviations, tile, origin, channels, zeros)
            )
            _add_moments(tile, zeros, sums, numbers, means, squares)

        over_tiles(builder, channels, vectors, some)

    over_blocks(builder, rows, block)


def _with_deviations(
    tile: Tile, origin: Any, channels: Any, zeros: Sequence[Any], row: Any, sums: Sequence[Any]
) -> list[Any]:
    """The sums, of deviations from `zeros` and of their squares, with those of a row."""
    builder = tile.builder
    values = tile.loaded(_at(builder, origin, row, channels))
    deviations = [builder.fsub(value, zero) for value, zero in zip(values, zeros, strict=True)]
    first, second = sums[: tile.vectors], sums[tile.vectors :]
    return [
        *(builder.fadd(s, d) for s, d in zip(first, deviations, strict=True)),
        *(multiply_add(builder, d, d, s) for s, d in zip(second, deviations, strict=True)),
    ]


def _add_moments(
    tile: Tile, zeros: Sequence[Any], sums: Sequence[Any], numbers: Sequence[Any], means: Any, squares: Any
) -> None:
    """Add a block's rows to means and sums of squares.

    Args:
        numbers: 1 / count, the share of the block in all rows up to it, and that times how many there were before.
    """
    builder = tile.builder
    inverse, *weights = map(tile.filled, numbers)
    new = []
    of_block = tile.wide(zeros), tile.wide(sums[: tile.vectors]), tile.wide(sums[tile.vectors :])
    old = tile.loaded(means, DOUBLE), tile.loaded(squares, DOUBLE)
    for zero, first, second, old_mean, old_square in zip(*of_block, *old, strict=True):
        offset = builder.fmul(first, inverse)
        own = builder.fadd(zero, offset), builder.fsub(second, builder.fmul(first, offset))
        new.append(_merged(builder, (old_mean, old_square), own, *weights))
    tile.store([mean for mean, _ in new], means)
    tile.store([square for _, square in new], squares)


def _merged(
    builder: ir.IRBuilder, old: tuple[Any, Any], own: tuple[Any, Any], weight: Any, old_weight: Any
) -> tuple[Any, Any]:
    """Mean and sum of squared deviations of two groups of values together (Chan, Golub and LeVeque 1979).

    Args:
        weight: the share of the second group.
        old_weight: that, times the count of the first.
    """
    step = builder.fsub(own[0], old[0])
    between = builder.fmul(builder.fmul(step, step), old_weight)
    return multiply_add(builder, step, weight, old[0]), builder.fadd(builder.fadd(old[1], own[1]), between)


def _write_merged_moments(
    builder: ir.IRBuilder, means: Any, squares: Any, weights: Any, scale: Any, offset: Any, results: Any,
    groups: Any, channels: Any, epsilon: Any, by_count: Any, by_rest: Any,
) -> None:  # fmt: skip
    with builder.if_then(builder.icmp_signed(">", groups, I64(1))), loop(builder, builder.sub(groups, I64(1))) as other:
        group = builder.add(other, I64(1))
        own_means, own_squares = (_at(builder, base, group, channels) for base in (means, squares))
        own_weights = _at(builder, weights, group, I64(2))
        weight, old_weight = (_loaded(builder, own_weights, I64(i)) for i in range(2))
        with loop(builder, channels) as channel:
            old = _loaded(builder, means, channel), _loaded(builder, squares, channel)
            own = _loaded(builder, own_means, channel), _loaded(builder, own_squares, channel)
            for value, base in zip(_merged(builder, old, own, weight, old_weight), (means, squares), strict=True):
                builder.store(value, builder.gep(base, [channel]))
    rows = [_at(builder, results, I64(i), channels) for i in range(5)]
    with loop(builder, channels) as channel:
        mean, square = _loaded(builder, means, channel), _loaded(builder, squares, channel)
        variance = builder.fmul(square, by_count)
        narrow_mean = _store_narrow(builder, mean, rows[0], channel)
        _store_narrow(builder, variance, rows[1], channel)
        _store_narrow(builder, builder.fmul(square, by_rest), rows[2], channel)
        wide_scale = _wide(builder, _loaded(builder, scale, channel))
        factor = builder.fmul(wide_scale, _inverse_root(builder, builder.fadd(variance, epsilon)))
        _store_narrow(builder, factor, rows[3], channel)
        # What float32 leaves out of the mean goes into the shift.
        rest = builder.fsub(mean, _wide(builder, narrow_mean))
        wide_offset = _wide(builder, _loaded(builder, offset, channel))
        _store_narrow(builder, builder.fsub(wide_offset, builder.fmul(rest, factor)), rows[4], channel)


# Values


def _write_normalized(
    shape: Shape, builder: ir.IRBuilder, x: Any, added: Any, mean: Any, factor: Any, shift: Any, result: Any,
    rows: Any, channels: Any,
) -> None:  # fmt: skip
    with loop(builder, rows) as row:
        source, other, target = (_at(builder, base, row, channels) for base in (x, added, result))
        with loop(builder, channels) as channel:
            vectors = [_loaded(builder, base, channel) for base in (mean, factor, shift)]
            value = _normalized(builder, _loaded(builder, source, channel), vectors)
            if shape.adds:
                value = builder.fadd(value, _loaded(builder, other, channel))
            builder.store(_clipped(builder, value, shape), builder.gep(target, [channel]))


def _normalized(builder: ir.IRBuilder, x: Any, vectors: Sequence[Any]) -> Any:
    mean, factor, shift = vectors
    return multiply_add(builder, builder.fsub(x, mean), factor, shift)


def _clipped(builder: ir.IRBuilder, value: Any, shape: Shape) -> Any:
    """The activation. What is not a number stays."""
    low, high = (None if bound is None else _constant(value.type, bound) for bound in shape.clips)
    if low is not None:
        value = builder.select(builder.fcmp_ordered("<", value, low), low, value)
    if high is not None:
        value = builder.select(builder.fcmp_ordered(">", value, high), high, value)
    return value


# Derivatives


def _passed(builder: ir.IRBuilder, slope: Any, x: Any, vectors: Sequence[Any], shape: Shape) -> Any:
    """What the activation's derivative lets through: the value before it is computed once more, to the same bits."""
    low, high = (None if bound is None else _constant(slope.type, bound) for bound in shape.clips)
    if low is None:
        return slope
    value = _normalized(builder, x, vectors)
    passes = builder.fcmp_ordered(">", value, low)
    if high is not None:
        passes = builder.and_(passes, builder.fcmp_ordered("<", value, high))
    return builder.select(passes, slope, _constant(slope.type, 0.0))


def _write_slopes(
    shape: Shape, vectors: int, builder: ir.IRBuilder, grad: Any, x: Any, mean: Any, factor: Any, shift: Any,
    first: Any, second: Any, rows: Any, channels: Any,
) -> None:  # fmt: skip
    def block(start: Any, count: Any) -> None:
        origins = [_at(builder, base, start, channels) for base in (grad, x)]

        def some(tile: Tile) -> None:
            numbers = list(zip(*map(tile.loaded, (mean, factor, shift)), strict=True))
            with_row = functools.partial(_with_slopes, tile, shape, origins, channels, numbers)
            sums = summed(builder, count, tile.zeros() * 2, with_row)
            for place, values in ((first, sums[: tile.vectors]), (second, sums[tile.vectors :])):
                old = tile.loaded(place, DOUBLE)
                tile.store([builder.fadd(o, v) for o, v in zip(old, tile.wide(values), strict=True)], place)

        over_tiles(builder, channels, vectors, some)

    over_blocks(builder, rows, block)


def _with_slopes(
    tile: Tile, shape: Shape, origins: Sequence[Any], channels: Any, numbers: Sequence[Any], row: Any,
    sums: Sequence[Any],
) -> list[Any]:  # fmt: skip
    """The sums, of slopes and of products, with those of a row."""
    builder = tile.builder
    slopes, values = (tile.loaded(_at(builder, origin, row, channels)) for origin in origins)
    first, second = [], []
    for index, (slope, value, of_channel) in enumerate(zip(slopes, values, numbers, strict=True)):
        passed = _passed(builder, slope, value, of_channel, shape)
        first.append(builder.fadd(sums[index], passed))
        deviation = builder.fsub(value, of_channel[0])
        second.append(multiply_add(builder, passed, deviation, sums[tile.vectors + index]))
    return [*first, *second]


def _write_merged_slopes(
    builder: ir.IRBuilder, first: Any, second: Any, scale: Any, variance: Any, results: Any,
    groups: Any, channels: Any, epsilon: Any, by_count: Any,
) -> None:  # fmt: skip
    with builder.if_then(builder.icmp_signed(">", groups, I64(1))), loop(builder, builder.sub(groups, I64(1))) as other:
        group = builder.add(other, I64(1))
        for base in (first, second):
            own = _at(builder, base, group, channels)
            with loop(builder, channels) as channel:
                total = builder.fadd(_loaded(builder, base, channel), _loaded(builder, own, channel))
                builder.store(total, builder.gep(base, [channel]))
    rows = [_at(builder, results, I64(i), channels) for i in range(5)]
    with loop(builder, channels) as channel:
        total, product = _loaded(builder, first, channel), _loaded(builder, second, channel)
        wide_variance = _wide(builder, _loaded(builder, variance, channel))
        root = _inverse_root(builder, builder.fadd(wide_variance, epsilon))
        slope = builder.fmul(_wide(builder, _loaded(builder, scale, channel)), root)
        by_scale = builder.fmul(product, root)
        minus = builder.fneg(builder.fmul(slope, by_count))
        values = [by_scale, total, slope, builder.fmul(minus, builder.fmul(by_scale, root)), builder.fmul(minus, total)]
        for value, row in zip(values, rows, strict=True):
            _store_narrow(builder, value, row, channel)


def _write_back(
    shape: Shape, in_place: bool, builder: ir.IRBuilder, grad: Any, x: Any, mean: Any, factor: Any, shift: Any,
    a: Any, b: Any, c: Any, result: Any, rows: Any, channels: Any,
) -> None:  # fmt: skip
    target = grad if in_place else result
    with loop(builder, rows) as row:
        slopes, values, results = (_at(builder, base, row, channels) for base in (grad, x, target))
        with loop(builder, channels) as channel:
            vectors = [_loaded(builder, base, channel) for base in (mean, factor, shift)]
            by_slope, by_deviation, rest = (_loaded(builder, base, channel) for base in (a, b, c))
            slope, value = _loaded(builder, slopes, channel), _loaded(builder, values, channel)
            passed = _passed(builder, slope, value, vectors, shape)
            own = multiply_add(builder, builder.fsub(value, vectors[0]), by_deviation, rest)
            builder.store(multiply_add(builder, passed, by_slope, own), builder.gep(results, [channel]))

"""Machine code for normal float32 numbers of magnitudes below 2, as `philox_fill.fill_truncated` draws them.

Every four numbers have a run of counters of their own. First the first counter of each run is drawn, many at once; then
a second loop takes the fours that hold a number too large, one in six, and draws on.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

from llvmlite import ir

from convflow.ops.compiled.machine_code import FLOAT, I64, function_of, loop
from convflow.ops.compiled.philox_code import I32, STREAM, STREAM_IN_C, four_normals, halves, round_keys, words_at

_WIDTH = 4
_MAGNITUDE_BITS = 0x7FFFFFFF
_SIGNATURE = ir.FunctionType(ir.VoidType(), [FLOAT.as_pointer(), *STREAM])


@functools.cache
def truncated_normals(run: int, limit_bits: int) -> Any:
    """The C function that writes four numbers for each run of `run` counters.

    Arguments: an address and those of `philox_code.STREAM`, where the number of counters is that of runs.

    Args:
        limit_bits: the bits of the float32 that all magnitudes are below.
    """
    address = function_of(_SIGNATURE, lambda function: _write(function, run, limit_bits))
    return ctypes.CFUNCTYPE(None, ctypes.c_void_p, *STREAM_IN_C)(address)


def _write(function: ir.Function, run: int, limit_bits: int) -> None:
    place, key, high, start, count = function.args
    place.add_attribute("noalias")
    build = ir.IRBuilder(function.append_basic_block("entry"))
    # What is found good stands here in order; more than four may be, before a round is over.
    kept = build.alloca(FLOAT, 2 * _WIDTH)
    keys, upper = round_keys(build, key), halves(build, high)

    def fours(index: Any) -> list[Any]:
        first = build.shl(index, I64(2))
        return [build.gep(place, [build.add(first, I64(offset))]) for offset in range(_WIDTH)]

    with loop(build, count) as index:
        counter = build.add(start, build.mul(index, I64(run)))
        drawn = four_normals(build, words_at(build, keys, upper, counter))
        for value, target in zip(drawn, fours(index), strict=True):
            build.store(value, target)
    with loop(build, count) as index:
        targets = fours(index)
        values = [build.load(target) for target in targets]
        goods = [_is_below(build, value, limit_bits) for value in values]
        with build.if_then(build.not_(functools.reduce(build.and_, goods)), likely=False):
            filled = _kept(build, kept, I64(0), values, limit_bits)
            counter = build.add(start, build.mul(index, I64(run)))
            _draw_on(build, kept, filled, counter, keys, upper, limit_bits)
            for offset, target in enumerate(targets):
                build.store(build.load(build.gep(kept, [I64(offset)])), target)
    build.ret_void()


def _draw_on(
    build: ir.IRBuilder, kept: Any, filled: Any, counter: Any, keys: list[list[Any]], upper: list[Any], limit_bits: int
) -> None:
    """Draw the counters after `counter`, until four numbers are kept."""
    before = build.block
    body, after = build.append_basic_block("draw"), build.append_basic_block("drawn")
    build.branch(body)
    build.position_at_end(body)
    last, so_far = build.phi(I64), build.phi(I64)
    this = build.add(last, I64(1))
    now = _kept(build, kept, so_far, four_normals(build, words_at(build, keys, upper, this)), limit_bits)
    for phi, first, following in ((last, counter, this), (so_far, filled, now)):
        phi.add_incoming(first, before)
        phi.add_incoming(following, build.block)
    build.cbranch(build.icmp_unsigned("<", now, I64(_WIDTH)), body, after)
    build.position_at_end(after)


def _kept(build: ir.IRBuilder, kept: Any, filled: Any, values: list[Any], limit_bits: int) -> Any:
    """Put the good ones of some values behind those that are there; how many there are then."""
    for value in values:
        # One that is not good is written, too, and the next one over it.
        build.store(value, build.gep(kept, [filled]))
        filled = build.add(filled, build.zext(_is_below(build, value, limit_bits), I64))
    return filled


def _is_below(build: ir.IRBuilder, value: Any, limit_bits: int) -> Any:
    magnitude = build.and_(build.bitcast(value, I32), I32(_MAGNITUDE_BITS))
    return build.icmp_unsigned("<", magnitude, I32(limit_bits))

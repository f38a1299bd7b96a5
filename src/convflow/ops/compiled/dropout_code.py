"""Machine code for dropout: the choices are drawn, kept as bytes and applied in one sweep; applied again going back."""

from __future__ import annotations

import ctypes
import functools
from typing import Any, NamedTuple

from llvmlite import ir

from convflow.ops.compiled.machine_code import FLOAT, I64, function_of, loop
from convflow.ops.compiled.philox_code import STREAM, STREAM_IN_C, each_counter, unit

_BYTE = ir.IntType(8)
_PLACES = [FLOAT.as_pointer(), FLOAT.as_pointer(), _BYTE.as_pointer()]
_DRAWN = ir.FunctionType(ir.VoidType(), [*_PLACES, FLOAT, FLOAT, *STREAM])
_APPLIED = ir.FunctionType(ir.VoidType(), [*_PLACES, FLOAT, I64])
_PLACES_IN_C = [ctypes.c_void_p] * 3


class Form(NamedTuple):
    """How a program writes dropout.

    Attributes:
        adds: whether an element is kept where floor(threshold + choice) is 1, not where choice >= threshold.
        multiplies: whether choices are multiplied with, as 0 and 1, not chosen by.
        scale: "Mul" or "RealDiv" by the scale, or "" for none.
    """

    adds: bool
    multiplies: bool
    scale: str


@functools.cache
def drawn(form: Form) -> Any:
    """The C function (result, x, choices, threshold, scale, stream...) for whole counters: four elements each."""

    def write(function: ir.Function) -> None:
        builder, (result, x, choices, threshold, scale, *stream) = _begin(function)
        with each_counter(builder, *stream) as (index, words):
            first = builder.shl(index, I64(2))
            for offset, word in enumerate(words):
                place = builder.add(first, I64(offset))
                choice = unit(builder, word)
                if form.adds:
                    choice, limit = builder.fadd(threshold, choice), FLOAT(1.0)
                else:
                    limit = threshold
                kept = builder.fcmp_ordered(">=", choice, limit)
                value = _scaled(builder, form, builder.load(builder.gep(x, [place])), scale)
                builder.store(_masked(builder, form, value, kept), builder.gep(result, [place]))
                builder.store(builder.zext(kept, _BYTE), builder.gep(choices, [place]))
        builder.ret_void()

    arguments = [*_PLACES_IN_C, ctypes.c_float, ctypes.c_float, *STREAM_IN_C]
    return ctypes.CFUNCTYPE(None, *arguments)(function_of(_DRAWN, write))


@functools.cache
def applied(form: Form) -> Any:
    """The C function (result, gradient, choices, scale, elements): choices first, then the scale."""

    def write(function: ir.Function) -> None:
        builder, (result, gradient, choices, scale, count) = _begin(function)
        with loop(builder, count) as index:
            kept = builder.icmp_unsigned("!=", builder.load(builder.gep(choices, [index])), _BYTE(0))
            value = _masked(builder, form, builder.load(builder.gep(gradient, [index])), kept)
            builder.store(_scaled(builder, form, value, scale), builder.gep(result, [index]))
        builder.ret_void()

    arguments = [*_PLACES_IN_C, ctypes.c_float, ctypes.c_int64]
    return ctypes.CFUNCTYPE(None, *arguments)(function_of(_APPLIED, write))


def _begin(function: ir.Function) -> tuple[ir.IRBuilder, Any]:
    for place in function.args[:3]:
        place.add_attribute("noalias")
    return ir.IRBuilder(function.append_basic_block("entry")), function.args


def _scaled(builder: ir.IRBuilder, form: Form, value: Any, scale: Any) -> Any:
    if not form.scale:
        return value
    return builder.fdiv(value, scale) if form.scale == "RealDiv" else builder.fmul(value, scale)


def _masked(builder: ir.IRBuilder, form: Form, value: Any, kept: Any) -> Any:
    if form.multiplies:
        return builder.fmul(value, builder.uitofp(kept, FLOAT))
    return builder.select(kept, value, FLOAT(0.0))

"""Numbers as small integers and back (API: tf.quantize, tf.dequantize, tf.quantization.quantize_and_dequantize)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, scalar
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.types import FLOATING

# The bits of the quantized types that have signs, and of those that have not.
_SIGNED = {"qint8": 8, "qint16": 16, "qint32": 32}
_UNSIGNED = {"quint8": 8, "quint16": 16}


class Quantized(NamedTuple):
    """What `quantize` returns: the integers, and the range they really stand for."""

    output: Tensor
    output_min: Tensor
    output_max: Tensor


def quantize(
    input: Any,
    min_range: Any,
    max_range: Any,
    T: Any,
    mode: str = "MIN_COMBINED",
    round_mode: str = "HALF_AWAY_FROM_ZERO",
    name: str | None = None,
    narrow_range: bool = False,
    axis: int | None = None,
    ensure_minimum_range: float = 0.01,
) -> Quantized:
    """float32 numbers as integers of the type `T` (API: tf.quantize).

    Args:
        input: float32.
        min_range, max_range: what the least and the greatest integer stand for, float32 scalars; the range is made
            to hold zero.
        T: qint8, quint8, qint16, quint16 or qint32.
        mode: MIN_COMBINED or MIN_FIRST (the range is spread over the integers), SCALED (zero is zero).
        round_mode: "HALF_AWAY_FROM_ZERO", or "HALF_TO_EVEN" in the mode SCALED.
        narrow_range: leave out the least integer of a signed type in the mode SCALED.
        axis: None; ranges for each slice are not supported.
        ensure_minimum_range: the range is at least this part of its greatest end.
    """
    return quantize_v2(input, min_range, max_range, T, mode, name, round_mode, narrow_range, axis, ensure_minimum_range)


def quantize_v2(
    input: Any,
    min_range: Any,
    max_range: Any,
    T: Any,
    mode: str = "MIN_COMBINED",
    name: str | None = None,
    round_mode: str = "HALF_AWAY_FROM_ZERO",
    narrow_range: bool = False,
    axis: int | None = None,
    ensure_minimum_range: float = 0.01,
) -> Quantized:
    """`quantize` with its arguments in another order (API: tf.quantize_v2).

    Args:
        input: float32.
        min_range, max_range: what the least and the greatest integer stand for, float32 scalars; the range is made to
            hold zero.
        T: qint8, quint8, qint16, quint16 or qint32.
        mode: MIN_COMBINED or MIN_FIRST (the range is spread over the integers), SCALED (zero is zero).
        round_mode: "HALF_AWAY_FROM_ZERO", or "HALF_TO_EVEN" in the mode SCALED.
        narrow_range: leave out the least integer of a signed type in the mode SCALED.
        axis: None; ranges for each slice are not supported.
        ensure_minimum_range: the range is at least this part of its greatest end.

    Returns:
        `output` of type `T` and the shape of `input`; `output_min` and `output_max`, float32 scalars.

    Raises:
        ValueError: a range upside down, an axis, or settings that do not go with the mode.
    """
    found = apply_op(
        "QuantizeV2", input=input, min_range=min_range, max_range=max_range, T=T, mode=mode, round_mode=round_mode,
        narrow_range=narrow_range, axis=-1 if axis is None else axis, ensure_minimum_range=ensure_minimum_range,
        name=name,
    )  # fmt: skip
    return Quantized(*found)


def dequantize(
    input: Any,
    min_range: Any,
    max_range: Any,
    mode: str = "MIN_COMBINED",
    name: str | None = None,
    axis: int | None = None,
    narrow_range: bool = False,
    dtype: Any = dtypes.float32,
) -> Tensor:
    """The numbers that quantized integers stand for (API: tf.dequantize).

    Args:
        input: of a quantized type.
        min_range, max_range, mode, narrow_range: as they came out of and went into `quantize`.
        dtype: float32 or bfloat16.
    """
    return apply_op(
        "Dequantize", input=input, min_range=min_range, max_range=max_range, mode=mode, narrow_range=narrow_range,
        axis=-1 if axis is None else axis, dtype=dtype, name=name,
    )  # fmt: skip


def _checked(ctx: Any, ranges: tuple[int, int]) -> TensorShape:
    if ctx.attr("axis") != -1:
        raise ValueError(f"axis={ctx.attr('axis')}: ranges for each slice are not supported; use one range, axis=None.")
    mode = _text(ctx.attr("mode"))
    if mode != "SCALED" and ctx.attr("narrow_range"):
        raise ValueError(f"narrow_range is for the mode SCALED, got mode {mode}.")
    for index, what in zip(ranges, ("min_range", "max_range"), strict=True):
        rules.with_rank(ctx.input(index), 0, what)
    low, high = ctx.constant(ranges[0]), ctx.constant(ranges[1])
    if low is not None and high is not None and low > high:
        raise ValueError(f"min_range must be at most max_range, got {low} and {high}.")
    return ctx.input(0)


def _quantize_shape(ctx: Any) -> list[TensorShape]:
    if _text(ctx.attr("round_mode")) == "HALF_TO_EVEN" and _text(ctx.attr("mode")) != "SCALED":
        raise ValueError("round_mode HALF_TO_EVEN is for the mode SCALED.")
    return [_checked(ctx, (1, 2)), scalar(), scalar()]


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class _Integers(NamedTuple):
    """The integers of a quantized type."""

    least: int
    greatest: int

    @classmethod
    def of(cls, dtype: dtypes.DType) -> _Integers:
        if dtype.name in _SIGNED:
            half = 2 ** (_SIGNED[dtype.name] - 1)
            return cls(-half, half - 1)
        return cls(0, 2 ** _UNSIGNED[dtype.name] - 1)


def _half_away(values: torch.Tensor) -> torch.Tensor:
    return torch.sign(values) * torch.floor(values.abs() + 0.5)


def _widened(low: float, high: float, ensure: float) -> tuple[float, float]:
    low = min(0.0, low)
    least = max(1.0, abs(low), abs(high)) * ensure
    return low, max(0.0, max(high, low + least))


def _quantize_kernel(op: Operation) -> Callable[..., Any]:
    attrs = op.attrs
    mode, integers = _text(attrs["mode"]), _Integers.of(attrs["T"])
    torch_type = attrs["T"].as_torch_dtype
    to_even = _text(attrs["round_mode"]) == "HALF_TO_EVEN"

    def compute(input: torch.Tensor, min_range: torch.Tensor, max_range: torch.Tensor) -> Any:
        low, high = _widened(float(min_range), float(max_range), attrs["ensure_minimum_range"])
        if mode == "SCALED":
            scale, low, high = _scaled(integers, low, high, attrs["narrow_range"])
            scaled = input.clamp(low, high).double() * scale
            found = torch.round(scaled) if to_even else _half_away(scaled)
        elif mode == "MIN_FIRST":
            found = _min_first(input, integers, low, high)
        else:
            factor = (integers.greatest - integers.least) / (high - low)
            found = _half_away((input.clamp(low, high).double() - low) * factor + min(0, integers.least))
        whole = found.clamp(integers.least, integers.greatest).to(torch.int64).to(torch_type)
        return whole, torch.tensor(low, dtype=torch.float32), torch.tensor(high, dtype=torch.float32)

    return compute


def _scaled(integers: _Integers, low: float, high: float, narrow: bool) -> tuple[float, float, float]:
    least = integers.least + int(narrow)
    below = least / low if least * low > 0 else float("inf")
    above = integers.greatest / high if integers.greatest * high > 0 else float("inf")
    scale = min(below, above)
    return scale, least / scale, integers.greatest / scale


def _steps(integers: _Integers, low: float, high: float) -> float:
    """How many integers there are to one unit in the mode MIN_FIRST."""
    count = integers.greatest - integers.least + 1
    return count / ((high - low) * (count / (count - 1)))


def _min_first(input: torch.Tensor, integers: _Integers, low: float, high: float) -> torch.Tensor:
    steps = _steps(integers, low, high)
    first = round(low * steps)
    return torch.round(input.double() * steps) - first + integers.least


def _dequantize_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    attrs = op.attrs
    mode, integers = _text(attrs["mode"]), _Integers.of(op.inputs[0].dtype.base_dtype)
    wanted = attrs["dtype"].as_torch_dtype

    def compute(input: torch.Tensor, min_range: torch.Tensor, max_range: torch.Tensor) -> torch.Tensor:
        low, high = float(min_range), float(max_range)
        values = input.double()
        if mode == "SCALED":
            least = integers.least + int(attrs["narrow_range"])
            # A type without signs has no numbers below zero to scale by.
            below = low / least if least else 0.0
            return (values * max(below, high / integers.greatest)).to(wanted)
        if mode == "MIN_FIRST":
            if low == high:
                return torch.full_like(values, low).to(wanted)
            step = 1 / _steps(integers, low, high)
            first = round(low / step) * step
            return (first + (values - integers.least) * step).to(wanted)
        factor = (high - low) / (integers.greatest - integers.least)
        return ((values - min(0, integers.least)) * factor + low).to(wanted)

    return compute


_MODE = "mode: string = 'MIN_COMBINED' in {'MIN_COMBINED', 'MIN_FIRST', 'SCALED'}"
_QUANTIZED = "qint8, quint8, qint32, qint16, quint16"
register_op(
    "QuantizeV2",
    inputs="input: float; min_range: float; max_range: float",
    outputs="output: T; output_min: float; output_max: float",
    attrs=(
        f"T: type in {{{_QUANTIZED}}}; {_MODE}; "
        "round_mode: string = 'HALF_AWAY_FROM_ZERO' in {'HALF_AWAY_FROM_ZERO', 'HALF_TO_EVEN'}; "
        "narrow_range: bool = false; axis: int = -1; ensure_minimum_range: float = 0.00999999978"
    ),
    shape=_quantize_shape,
    kernel=_quantize_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "Dequantize",
    inputs="input: T; min_range: float; max_range: float",
    outputs="output: dtype",
    attrs=(
        f"T: type in {{{_QUANTIZED}}}; {_MODE}; narrow_range: bool = false; axis: int = -1; "
        "dtype: type = float in {bfloat16, float}"
    ),
    shape=lambda ctx: [_checked(ctx, (1, 2))],
    kernel=_dequantize_kernel,
    gradient=NO_GRADIENT,
)


def quantize_and_dequantize(
    input: Any,
    input_min: Any,
    input_max: Any,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
    axis: int | None = None,
) -> Tensor:
    """Numbers rounded as if they had been quantized (API: tf.quantization.quantize_and_dequantize).

    The gradient passes straight through.

    Args:
        input: floating point numbers.
        input_min, input_max: the range; with `range_given` false that of the input's own elements.
        signed_input: whether the integers have signs.
        num_bits: how many bits the integers have.
        round_mode: "HALF_TO_EVEN" or "HALF_UP".
        narrow_range: leave out the least integer.
        axis: None; ranges for each slice are not supported.
    """
    return apply_op(
        "QuantizeAndDequantizeV2", input=input, input_min=input_min, input_max=input_max, signed_input=signed_input,
        num_bits=num_bits, range_given=range_given, round_mode=round_mode, narrow_range=narrow_range,
        axis=-1 if axis is None else axis, name=name,
    )  # fmt: skip


def _round_trip_shape(ctx: Any) -> list[TensorShape]:
    if ctx.attr("axis") != -1:
        raise ValueError(f"axis={ctx.attr('axis')}: ranges for each slice are not supported; use one range, axis=None.")
    bits, least = ctx.attr("num_bits"), 2 if ctx.attr("signed_input") else 1
    if not least <= bits < 63:
        raise ValueError(f"num_bits must lie between {least} and 62, got {bits}.")
    for index, what in ((1, "input_min"), (2, "input_max")):
        rules.with_rank(ctx.input(index), 0, what)
    low, high = ctx.constant(1), ctx.constant(2)
    if ctx.attr("range_given") and low is not None and high is not None and low > high:
        raise ValueError(f"Invalid range: input_min {low} > input_max {high}.")
    return [ctx.input(0)]


def _round_trip_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    attrs = op.attrs
    signed, bits = attrs["signed_input"], attrs["num_bits"]
    half_up = _text(attrs["round_mode"]) == "HALF_UP"
    least = (-(2 ** (bits - 1)) + int(attrs["narrow_range"])) if signed else 0
    integers = _Integers(least, 2 ** (bits - 1) - 1 if signed else 2**bits - 1)

    def compute(input: torch.Tensor, input_min: torch.Tensor, input_max: torch.Tensor) -> torch.Tensor:
        given = attrs["range_given"] or not input.numel()
        low, high = float(input_min if given else input.min()), float(input_max if given else input.max())
        if low == high == 0:
            return input.clone()
        below = integers.least / low if integers.least * low > 0 else float("inf")
        above = integers.greatest / high if integers.greatest * high > 0 else float("inf")
        scale = min(below, above)
        if scale == float("inf"):
            return torch.zeros_like(input)
        # Its own elements are taken as they are, even those below zero of a type without signs.
        inside = input.clamp(integers.least / scale, integers.greatest / scale) if attrs["range_given"] else input
        scaled = inside * scale
        return (torch.floor(scaled + 0.5) if half_up else torch.round(scaled)) / scale

    return compute


register_op(
    "QuantizeAndDequantizeV2",
    inputs="input: T; input_min: T; input_max: T",
    outputs="output: T",
    attrs=(
        f"signed_input: bool = true; num_bits: int = 8; range_given: bool = false; T: type in {{{FLOATING}}}; "
        "round_mode: string = 'HALF_TO_EVEN' in {'HALF_TO_EVEN', 'HALF_UP'}; narrow_range: bool = false; "
        "axis: int = -1"
    ),
    shape=_round_trip_shape,
    kernel=_round_trip_kernel,
    gradient=lambda op, grad: [grad, None, None],
)

"""Integers as rows of bits, element by element (API: tf.bitwise)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Tensor
from convflow.ops import rules
from convflow.ops.factories import binary_function, register_binary, register_unary, unary_function

bitwise_and = binary_function("BitwiseAnd", "bitwise.bitwise_and", "The bits that are set in both x and y")
bitwise_or = binary_function("BitwiseOr", "bitwise.bitwise_or", "The bits that are set in x or y")
bitwise_xor = binary_function("BitwiseXor", "bitwise.bitwise_xor", "The bits that are set in exactly one of x and y")
invert = unary_function("Invert", "bitwise.invert", "All bits of x turned")
left_shift = binary_function("LeftShift", "bitwise.left_shift", "x moved y bits up, y kept within x's width")
right_shift = binary_function(
    "RightShift", "bitwise.right_shift", "x moved y bits down, y kept within x's width; signed types keep their sign"
)


def population_count(x: Any, name: str | None = None) -> Tensor:
    """How many bits of each integer are set, as uint8; TensorFlow offers it as an op only (`PopulationCount`)."""
    return apply_op("PopulationCount", x=x, name=name)


_INTEGERS = "int8, int16, int32, int64, uint8, uint16, uint32, uint64"
# PyTorch stores the wide unsigned types but has few operations on them; the signed ones have the same bits.
_SIGNED = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}


def _bits_of(compute: Any) -> Any:
    def computed(*values: torch.Tensor) -> torch.Tensor:
        kind = values[0].dtype
        if kind not in _SIGNED:
            return compute(*values)
        return compute(*(value.view(_SIGNED[kind]) for value in values)).view(kind)

    return computed


def _distance(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """How far to move: y, kept within 0 and the width of x less one."""
    widest = x.element_size() * 8 - 1
    if y.dtype not in _SIGNED:
        return y.clamp(0, widest)
    signed = y.view(_SIGNED[y.dtype])
    return torch.where(signed < 0, widest, signed.clamp(max=widest))


def _left_shift(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.bitwise_left_shift(x.view(_SIGNED.get(x.dtype, x.dtype)), _distance(x, y)).view(x.dtype)


def _right_shift(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    by = _distance(x, y)
    if x.dtype not in _SIGNED:
        return torch.bitwise_right_shift(x, by)
    # Shifted as signed numbers, the sign would be drawn in from above: those bits are cleared.
    bits = x.view(_SIGNED[x.dtype])
    ones = torch.full_like(by, -1)
    kept = torch.where(by == 0, ones, ~torch.bitwise_left_shift(ones, bits.element_size() * 8 - by.clamp(min=1)))
    return (torch.bitwise_right_shift(bits, by) & kept).view(x.dtype)


register_binary("BitwiseAnd", _INTEGERS, _bits_of(torch.bitwise_and), NOT_DIFFERENTIABLE)
register_binary("BitwiseOr", _INTEGERS, _bits_of(torch.bitwise_or), NOT_DIFFERENTIABLE)
register_binary("BitwiseXor", _INTEGERS, _bits_of(torch.bitwise_xor), NOT_DIFFERENTIABLE)
register_unary("Invert", _INTEGERS, _bits_of(torch.bitwise_not), NOT_DIFFERENTIABLE)
register_binary("LeftShift", _INTEGERS, _left_shift, NOT_DIFFERENTIABLE)
register_binary("RightShift", _INTEGERS, _right_shift, NOT_DIFFERENTIABLE)


def _population_count(x: torch.Tensor) -> torch.Tensor:
    bits = _SIGNED.get(x.dtype, x.dtype)
    total = torch.zeros(x.shape, dtype=torch.uint8)
    for position in range(x.element_size() * 8):
        total += ((x.view(bits) >> position) & 1).to(torch.uint8)
    return total


register_op(
    "PopulationCount",
    inputs="x: T",
    outputs="y: uint8",
    attrs=f"T: type in {{{_INTEGERS}}}",
    shape=rules.unchanged,
    kernel=lambda op: _population_count,
    gradient=NOT_DIFFERENTIABLE,
)

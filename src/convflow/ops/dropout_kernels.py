"""Dropout in one sweep each way: the numbers that `tf.random_uniform` draws, a byte kept for each choice.

Written in ops, dropout draws its numbers into memory, compares them, scales what it takes and chooses: four sweeps
forward and two back. Values are the same to the bit, what is not a number included.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from convflow.core.lazy import LazyModule
from convflow.ops import philox_compiled
from convflow.ops.philox import PhiloxGenerator
from convflow.ops.philox_compiled import Economy

# It brings a compiler, which most programs' start need not wait for.
_code: Any = LazyModule("convflow.ops.compiled.dropout_code")


class Form(NamedTuple):
    """How a program writes dropout; the fields are those of `dropout_code.Form`."""

    adds: bool
    multiplies: bool
    scale: str


def dropped(
    form: Form, generator: PhiloxGenerator, sizes: Sequence[int], x: torch.Tensor, threshold: float, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """What is left of `x`, scaled, and the choices.

    Args:
        generator: of the node that draws.
        sizes: of what it draws; they broadcast with those of `x`.
        x: float32.
        threshold: what choices are compared with, or added to.

    Returns:
        The result, and the choices as bools; as float32 where adding made other numbers than 0 and 1.
    """
    count = x.numel()
    is_plain = form.adds and not 0 <= threshold <= 1
    if is_plain or count % philox_compiled.WIDTH or not _is_compiled(generator.economy, x, sizes):
        return _dropped_plainly(form, generator.uniform(sizes, torch.float32), x, threshold, scale)
    stream, start = generator.reserve_outputs(count)
    x = x.contiguous()
    result, choices = torch.empty_like(x), torch.empty(x.shape, dtype=torch.bool)
    kernel = _kernel("drawn", form)
    addresses = result.data_ptr(), x.data_ptr(), choices.data_ptr()

    def draw(first: int, counters: int) -> None:
        places = _moved(addresses, first * philox_compiled.WIDTH)
        kernel(*places, threshold, scale, stream.key, stream.high, start + first, counters)

    philox_compiled.in_parts(count // philox_compiled.WIDTH, draw)
    return result, choices


def dropped_gradient(
    form: Form, economy: Economy, gradient: torch.Tensor, choices: torch.Tensor, scale: float
) -> torch.Tensor:
    """The gradient of what was kept, scaled."""
    count = gradient.numel()
    if (
        choices.dtype != torch.bool
        or count % philox_compiled.WIDTH
        or not _is_compiled(economy, gradient, choices.shape)
    ):
        return _scaled(form, _masked(form, gradient, choices), scale)
    gradient = gradient.contiguous()
    result = torch.empty_like(gradient)
    kernel = _kernel("applied", form)
    addresses = result.data_ptr(), gradient.data_ptr(), choices.data_ptr()

    def apply(first: int, groups: int) -> None:
        places = _moved(addresses, first * philox_compiled.WIDTH)
        kernel(*places, scale, groups * philox_compiled.WIDTH)

    philox_compiled.in_parts(count // philox_compiled.WIDTH, apply)
    return result


@functools.cache
def _kernel(name: str, form: Form) -> Any:
    return getattr(_code, name)(_code.Form(*form))


def _is_compiled(economy: Economy, values: torch.Tensor, sizes: Sequence[int]) -> bool:
    return list(values.shape) == list(sizes) and economy.pays(values.numel())


def _moved(addresses: tuple[int, int, int], elements: int) -> tuple[int, int, int]:
    result, values, choices = addresses
    return result + 4 * elements, values + 4 * elements, choices + elements


def _dropped_plainly(
    form: Form, numbers: torch.Tensor, x: torch.Tensor, threshold: float, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    if form.adds:
        choices = (numbers + threshold).floor_()
        if 0 <= threshold <= 1:
            choices = choices.bool()
    else:
        choices = numbers >= threshold
    return _masked(form, _scaled(form, x, scale), choices), choices


def _scaled(form: Form, values: torch.Tensor, scale: float) -> torch.Tensor:
    if not form.scale:
        return values
    number = torch.tensor(scale, dtype=values.dtype)
    return values / number if form.scale == "RealDiv" else values * number


def _masked(form: Form, values: torch.Tensor, choices: torch.Tensor) -> torch.Tensor:
    if form.multiplies or choices.dtype != torch.bool:
        return values * choices.to(values.dtype)
    return torch.where(choices, values, torch.zeros((), dtype=values.dtype))

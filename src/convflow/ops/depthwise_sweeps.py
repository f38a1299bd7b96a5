"""Convolutions with a small filter for each channel, compiled: float32 and channels last.

There is so little to multiply that how memory is walked through decides: pixel by pixel, all channels of one at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from convflow.core.lazy import LazyModule
from convflow.ops import team
from convflow.ops.window import Ints, Pair, Window

# It brings a compiler, which most programs' start need not wait for.
_code: Any = LazyModule("convflow.ops.compiled.depthwise_code")

# Below, compiling would take longer than a thousand steps save.
_LEAST_ELEMENTS = 2**15
_LEAST_UNSTRIDED = 2**20
_PIECES = 16
_MOST_TAPS = 9
_LEAST_CHANNELS = 64

Rows = tuple[int, int, int]


def pays(window: Window, input: Ints, filter: Ints, values: torch.Tensor) -> bool:
    """Whether the functions here can do a convolution of these sizes, and should."""
    is_plain = window.data_format == "NHWC" and set(window.dilations) == {1} and len(filter) == 4
    if not is_plain or not 1 < filter[0] * filter[1] <= _MOST_TAPS:
        return False
    is_single = filter[2] == 1 and filter[3] == input[3] >= _LEAST_CHANNELS
    # Of what caches hold, oneDNN's way is as fast, unless there are strides.
    least = _LEAST_ELEMENTS if max(window.strides) > 1 else _LEAST_UNSTRIDED
    return is_single and values.dtype == torch.float32 and values.is_cpu and math.prod(input) >= least


def convolve(
    input: torch.Tensor, filter: torch.Tensor, output: Ints, strides: Ints, paddings: tuple[Pair, ...]
) -> torch.Tensor:
    """The correlation of `input` [batch, height, width, channels] with `filter` [height, width, 1, channels]."""
    walk = _code.Walk(tuple(filter.shape[:2]), strides, 1, (1, 1))
    return _gathered(walk, input, filter, output, (-paddings[0][0], -paddings[1][0]))


def input_gradient(
    grad: torch.Tensor, filter: torch.Tensor, sizes: Ints, strides: Ints, paddings: tuple[Pair, ...]
) -> torch.Tensor:
    """The derivative by the input, which had these `sizes`."""
    walk = _code.Walk(tuple(filter.shape[:2]), (1, 1), -1, strides)
    return _gathered(walk, grad, filter, sizes, (paddings[0][0], paddings[1][0]))


def filter_gradient(
    input: torch.Tensor, grad: torch.Tensor, filter: Ints, strides: Ints, paddings: tuple[Pair, ...]
) -> torch.Tensor:
    """The derivative by the filter, which had these sizes."""
    kernel = _code.weights_back(_code.Walk(filter[:2], strides, 1, (1, 1)))
    input, grad = input.contiguous(), grad.contiguous()
    pieces = _pieces(grad)
    sums = input.new_zeros((len(pieces), *filter))
    zeros = input.new_zeros(input.shape[-1])
    numbers = *grad.shape[1:3], *input.shape[1:], -paddings[0][0], -paddings[1][0]

    def arguments(rows: Rows) -> tuple[int, ...]:
        index, first, count = rows
        addresses = (array.data_ptr() for array in (input, zeros, sums[index], grad))
        return *addresses, first, count, *numbers

    _share(kernel, pieces, arguments)
    return sums.sum(0)


def _gathered(walk: Any, source: torch.Tensor, filter: torch.Tensor, sizes: Ints, starts: Ints) -> torch.Tensor:
    kernel = _code.gathered(walk)
    source, filter = source.contiguous(), filter.contiguous()
    result = source.new_empty(sizes)
    zeros = source.new_zeros(sizes[-1])
    addresses = [array.data_ptr() for array in (source, zeros, filter, result)]
    numbers = *sizes[1:3], *source.shape[1:], *starts

    _share(kernel, _pieces(result), lambda rows: (*addresses, *rows[1:], *numbers))
    return result


def _pieces(pictures: torch.Tensor) -> list[Rows]:
    """(index, first row, how many) of what a thread takes at once, of the rows of all pictures."""
    rows = pictures.shape[0] * pictures.shape[1]
    step = -(-rows // _PIECES)
    return [(index, first, min(step, rows - first)) for index, first in enumerate(range(0, rows, step))]


def _share(kernel: Any, pieces: list[Rows], arguments: Callable[[Rows], tuple[int, ...]]) -> None:
    team.run([[(kernel, arguments(rows)) for rows in share] for share in team.shared_out(pieces)])

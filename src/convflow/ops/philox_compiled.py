"""Arrays filled from a Philox stream by compiled kernels: the same bits as NumPy's in a twentieth of its time.

Compiling takes as long as NumPy needs for some ten million numbers, so it waits until so many have been drawn, or until
a node has run so often that a training loop must be running it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from convflow.core.lazy import LazyModule
from convflow.ops.philox_fill import TRUNCATION, run_of_truncated
from convflow.ops.philox_words import PhiloxStream
from convflow.ops.threads import share_out

# It brings a compiler, which most programs' start need not wait for.
_code: Any = LazyModule("convflow.ops.compiled.philox_code")
_truncated_code: Any = LazyModule("convflow.ops.compiled.philox_truncated_code")

WIDTH = 4
"""How many float32 numbers a counter gives."""

# Seconds: NumPy's, and those of compiling two kernels.
_OF_A_CALL, _OF_A_NUMBER, _OF_COMPILING = 1e-4, 2.5e-8, 0.25
_RUNS_OF_NO_LOOP, _LEAST_IN_A_LOOP = 10, 256
# Fewer are drawn before a second thread has woken.
_COUNTERS_OF_A_THREAD = 2**17

Kernel = Callable[..., None]


class Economy:
    """Whether compiling pays for one node: it runs again and again, or the process has drawn many numbers without."""

    spent = 0.0
    """What this process has spent on drawing numbers with NumPy, in seconds."""

    def __init__(self) -> None:
        self._runs = 0

    def pays(self, count: int) -> bool:
        """Whether to draw that many numbers with a compiled kernel."""
        self._runs += 1
        if Economy.spent < _OF_COMPILING:
            Economy.spent += _OF_A_CALL + count * _OF_A_NUMBER
        return Economy.spent >= _OF_COMPILING or (self._runs > _RUNS_OF_NO_LOOP and count >= _LEAST_IN_A_LOOP)


@functools.cache
def uniforms(mantissa_bits: int) -> Kernel:
    """The kernel for float32 in [0, 1), of which so many bits are drawn."""
    kernel: Kernel = _code.uniforms(mantissa_bits)
    return kernel


@functools.cache
def normals() -> Kernel:
    """The kernel for float32 of mean 0 and standard deviation 1."""
    kernel: Kernel = _code.normals()
    return kernel


def fill(kernel: Kernel, stream: PhiloxStream, start: int, shape: Sequence[int]) -> torch.Tensor:
    """float32 of the shape: the numbers of consecutive counters from `start`."""
    count = math.prod(shape)
    counters = -(-count // WIDTH)
    # A counter's numbers are written together.
    memory = torch.empty(counters * WIDTH)

    def draw(first: int, counters: int) -> None:
        kernel(memory.data_ptr() + 4 * WIDTH * first, stream.key, stream.high, start + first, counters)

    in_parts(counters, draw)
    return memory[:count].view(tuple(shape))


def fill_truncated(stream: PhiloxStream, start: int, shape: Sequence[int]) -> torch.Tensor:
    """Normal float32 of magnitudes below `TRUNCATION`, drawn from counter `start` on."""
    count, run = math.prod(shape), run_of_truncated(WIDTH)
    fours = -(-count // WIDTH)
    memory = torch.empty(fours * WIDTH)
    kernel = _truncated_code.truncated_normals(run, int(np.float32(TRUNCATION).view(np.int32)))

    def draw(first: int, fours: int) -> None:
        kernel(memory.data_ptr() + 4 * WIDTH * first, stream.key, stream.high, start + first * run, fours)

    in_parts(fours, draw)
    return memory[:count].view(tuple(shape))


def in_parts(counters: int, draw: Callable[[int, int], None]) -> None:
    """Call `draw` with beginnings and lengths of the parts of a run of counters, on as many threads as PyTorch uses."""
    threads = min(torch.get_num_threads(), counters // _COUNTERS_OF_A_THREAD)
    if threads < 2:
        if counters:
            draw(0, counters)
        return
    step = -(-counters // threads)

    def take(parts: Iterator[int]) -> None:
        for first in parts:
            draw(first, min(step, counters - first))

    share_out(range(0, counters, step), take)

"""`L @ tile @ L'` of many small tiles at once, compiled: what Winograd's convolutions do before and after products.

PyTorch would walk the whole memory once for every term of `L`; compiled (`tile_code.py`), a tile is loaded, transformed
in registers and stored, which takes a seventh of the time.
"""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import torch

from convflow.core.lazy import LazyModule

Matrix = tuple[tuple[float, ...], ...]

LANES = 16
"""How many floats of the last axis are worked on at once; the axis must be a multiple of it."""

# It brings a compiler, which most programs' start need not wait for.
_code: Any = LazyModule("convflow.ops.tile_code")


class Tiles(NamedTuple):
    """Where tiles are in memory.

    Attributes:
        memory: holds the first element.
        strides: in elements, from one tile to the next along the three outer axes, and from one element of a tile to
            the next along its two axes. The floats of the last axis stand side by side.
    """

    memory: torch.Tensor
    strides: tuple[int, int, int, int, int]

    def at(self, first: int) -> int:
        """The address of the tile at that place of the first axis."""
        return self.memory.data_ptr() + 4 * first * self.strides[0]


def transform(matrix: Matrix, source: Tiles, target: Tiles, counts: tuple[int, int, int], lanes: int) -> None:
    """Write `matrix @ tile @ matrix'` of every tile of `source` to `target`, on as many threads as PyTorch uses.

    Args:
        counts: how many tiles there are along the three outer axes.
        lanes: the length of the last axis.
    """
    run = _code.compiled(matrix, LANES)
    first, second, third = counts
    threads = min(torch.get_num_threads(), first)
    step = -(-first // max(threads, 1))

    def part(begin: int) -> None:
        count = min(step, first - begin)
        run(source.at(begin), target.at(begin), count, second, third, lanes // LANES, *source.strides, *target.strides)

    begins = range(0, first, step)
    others = [_pool().submit(part, begin) for begin in begins[1:]]
    part(0)
    for other in others:
        other.result()


@functools.cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(torch.get_num_threads() - 1, 1), thread_name_prefix="convflow-tiles")

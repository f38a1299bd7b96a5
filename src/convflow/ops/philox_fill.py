"""Long arrays filled from a Philox stream, block by block, on as many threads as PyTorch uses."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from convflow.ops.philox_words import BLOCK, Pairs, PhiloxStream, Scratch

Draw = Callable[[Pairs, Scratch], NDArray[Any]]
"""Pairs of words (which it may overwrite) to values: as many as a counter gives, for each two pairs."""

_WORDS_PER_COUNTER = 4
# A truncated normal may need any number of words, so each group of outputs begins far behind the last:
# TensorFlow counts on 256 words per output.
_WORDS_PER_TRUNCATED_OUTPUT = 256
TRUNCATION = 2.0
"""What truncated normals are below in magnitude."""
# Below this many blocks a thread, starting threads takes longer than it saves.
_BLOCKS_PER_THREAD = 4


def fill(
    stream: PhiloxStream, start: int, shape: Sequence[int], draw: Draw, dtype: type[np.generic], width: int
) -> torch.Tensor:
    """Values of consecutive counters from `start`, each giving `width` of them."""
    groups, result = _groups(shape, dtype, width)

    def fill_block(first: int, scratch: Scratch) -> None:
        block = groups[first : first + BLOCK]
        block[...] = draw(stream.pairs(counters(start + first, len(block)), scratch), scratch).reshape(block.shape)

    _in_blocks(len(groups), fill_block)
    return result


def fill_truncated(
    stream: PhiloxStream, start: int, shape: Sequence[int], draw: Draw, dtype: type[np.generic], width: int
) -> torch.Tensor:
    """As `fill`, but of magnitudes below 2 only: a group takes the first that its own run of counters gives."""
    groups, result = _groups(shape, dtype, width)
    stride = run_of_truncated(width)

    def fill_block(first: int, scratch: Scratch) -> None:
        block = groups[first : first + BLOCK]
        at = counters(start + first * stride, len(block), stride)
        block[...] = draw(stream.pairs(at, scratch), scratch).reshape(block.shape)
        _redraw(block, at, lambda later: draw(stream.pairs(later, scratch), scratch).reshape(-1, width))

    _in_blocks(len(groups), fill_block)
    return result


def run_of_truncated(width: int) -> int:
    """How many counters are set aside for each group of `width` truncated normals."""
    return width * _WORDS_PER_TRUNCATED_OUTPUT // _WORDS_PER_COUNTER


def counters(start: int, count: int, stride: int = 1) -> Pairs:
    """`count` counters from `start` on."""
    result = np.arange(count, dtype=np.uint64)
    if stride != 1:
        result *= np.uint64(stride)
    result += np.uint64(start)
    return result


def _groups(shape: Sequence[int], dtype: type[np.generic], width: int) -> tuple[NDArray[Any], torch.Tensor]:
    """Memory in rows of `width`, and the tensor whose elements are its first ones."""
    count = math.prod(shape)
    groups = np.empty((-(-count // width), width), dtype)
    return groups, torch.from_numpy(groups.reshape(-1)[:count]).reshape(tuple(shape))


def _in_blocks(count: int, work: Callable[[int, Scratch], None]) -> None:
    """Call `work` with the beginning of each block of `count` items."""
    blocks = iter(range(0, count, BLOCK))

    def take_blocks(_: int) -> None:
        scratch = Scratch()
        for first in blocks:
            work(first, scratch)

    threads = min(torch.get_num_threads(), -(-count // BLOCK) // _BLOCKS_PER_THREAD)
    if threads <= 1:
        take_blocks(0)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(take_blocks, range(threads)))


def _redraw(block: NDArray[Any], at: Pairs, draw: Callable[[Pairs], NDArray[Any]]) -> None:
    """Replace the values outside of the limits: the good ones move to the front, new ones follow."""
    width, flat = block.shape[1], block.reshape(-1)
    rows = np.flatnonzero(_any_in_row(np.abs(block) >= TRUNCATION))
    values, at = block[rows], at[rows]
    places, ends = rows * width, rows * width + width
    while len(places):
        for column in values.T:
            taken = np.flatnonzero((np.abs(column) < TRUNCATION) & (places < ends))
            flat[places[taken]] = column[taken]
            places[taken] += 1
        short = np.flatnonzero(places < ends)
        places, ends, at = places[short], ends[short], at[short] + np.uint64(1)
        values = draw(at)


def _any_in_row(flags: NDArray[np.bool_]) -> NDArray[Any]:
    """Whether a row of 2 or 4 flags holds a true one, as a number: reading it as one is faster than asking each."""
    return flags.view(f"u{flags.shape[1]}").reshape(-1)

"""A Philox stream read word by word, for ops that decide one thing at a time (a shuffle buffer)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from convflow.ops.philox_words import BLOCK, PhiloxStream

# A short shuffle needs a handful of words, a long one is fastest with whole blocks.
_FIRST_BLOCK = 16


def words(seed: int, seed2: int) -> Iterator[int]:
    """The 32-bit words of the stream that the two 64-bit seeds name, from its start, without end."""
    return words_of(PhiloxStream(seed, seed2), 0)


def words_of(stream: PhiloxStream, start: int) -> Iterator[int]:
    """The 32-bit words of a stream from one of its counters on, without end."""
    count = _FIRST_BLOCK
    while True:
        counters = np.arange(start, start + count, dtype=np.uint64)
        yield from stream.pairs(counters).view(np.uint32).tolist()
        start += count
        count = min(4 * count, BLOCK)

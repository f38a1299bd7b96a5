"""Where fractional pooling draws the borders between its windows.

Source: Graham, "Fractional max-pooling" (2014). TensorFlow's numbers for the same seeds: a sequence takes its random
words from the op's Philox stream, from the next whole counter on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import accumulate, islice, pairwise

from convflow.ops.philox_sequence import words

_WORDS_PER_COUNTER = 4


class PoolingSequences:
    """The sequences of one run, in the order in which they are asked for.

    Args:
        seed, seed2: the 64-bit seeds of the stream.
        pseudo_random: steps follow from one number instead of being shuffled.
    """

    def __init__(self, seed: int, seed2: int, pseudo_random: bool) -> None:
        self._words = words(seed, seed2)
        self._pseudo_random = pseudo_random

    def borders(self, size: int, count: int) -> list[int]:
        """`count` + 1 ascending borders from 0 to `size`; neighbours lie size // count or one more apart."""
        steps = self._pseudo_random_steps(size, count) if self._pseudo_random else self._shuffled_steps(size, count)
        return list(accumulate(steps, initial=0))

    def _reserved(self, samples: int) -> Iterator[int]:
        return islice(self._words, -(-samples // _WORDS_PER_COUNTER) * _WORDS_PER_COUNTER)

    def _pseudo_random_steps(self, size: int, count: int) -> list[int]:
        """Differences of the borders ceil(ratio * (place + u)) for one u.

        u is small enough for the first step not to be longer and the last not to be shorter than the others.
        """
        low, high, *_ = self._reserved(2)
        ratio = size / count
        least = size // count
        largest = min((least + 2) / ratio - 1, (size + 1 - least) / ratio - (count - 1))
        u = _as_double(low, high) * largest
        inner = [math.ceil(ratio * (place + u)) for place in range(1, count)]
        borders = [1, *inner, size + 1]
        return [end - start for start, end in pairwise(borders)]

    def _shuffled_steps(self, size: int, count: int) -> list[int]:
        steps = [size // count] * count
        for place in range(size % count):
            steps[place] += 1
        random = list(self._reserved(count))
        for place in range(count - 1):
            other = place + random[place] % (count - place)
            steps[place], steps[other] = steps[other], steps[place]
        return steps


def _as_double(high: int, low: int) -> float:
    """A number in [0, 1) of the lowest 20 bits of one word and all 32 of another."""
    return ((high & 0xFFFFF) << 32 | low) / 2.0**52

"""The shuffle buffer of `Dataset.shuffle`: TensorFlow's order for TensorFlow's seeds."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from convflow.ops import dataset_entropy
from convflow.ops.dataset_elements import Element
from convflow.ops.philox_sequence import words

_END: Any = object()


class Shuffled:
    """A dataset in an order drawn anew, or the same again, for each iteration.

    Args:
        source: the dataset to shuffle.
        buffer_size: how many elements wait to be drawn from; None keeps them all.
        seed, seed2: the op's seeds; both zero take the iterator's own randomness.
        reshuffle_each_iteration: whether iterations of one dataset differ. They draw their own seeds, two
            words each, from the stream of the op's seeds.
    """

    def __init__(
        self,
        source: Iterable[Element],
        buffer_size: int | None,
        seed: int,
        seed2: int,
        reshuffle_each_iteration: bool,
    ) -> None:
        if seed == 0 and seed2 == 0:
            seed, seed2 = dataset_entropy.seed(), dataset_entropy.seed()
        self._source = source
        self._size = sys.maxsize if buffer_size is None else buffer_size
        self._seeds = (seed, seed2)
        self._drawn = words(seed, seed2) if reshuffle_each_iteration else None

    def __iter__(self) -> Iterator[Element]:
        seeds = self._seeds if self._drawn is None else (next(self._drawn), next(self._drawn))
        return _ShuffleBuffer(iter(self._source), self._size, words(*seeds))


class _ShuffleBuffer(Iterator[Element]):
    """A ring of waiting elements. The drawn one is replaced by the oldest, whose place the next one takes."""

    def __init__(self, source: Iterator[Element], size: int, numbers: Iterator[int]) -> None:
        self._source = source
        self._size = size
        self._numbers = numbers
        self._ring: list[Any] = []
        self._oldest = 0
        self._waiting = 0
        self._exhausted = False

    def __next__(self) -> Element:
        if not self._exhausted and self._waiting < self._size:
            self._fill()
        if not self._waiting:
            raise StopIteration
        ring, oldest = self._ring, self._oldest
        drawn = (oldest + next(self._numbers) % self._waiting) % self._size
        element = ring[drawn]
        ring[drawn], ring[oldest] = ring[oldest], None
        self._oldest = (oldest + 1) % self._size
        self._waiting -= 1
        return element

    def _fill(self) -> None:
        while self._waiting < self._size:
            element = next(self._source, _END)
            if element is _END:
                self._exhausted = True
                return
            place = (self._oldest + self._waiting) % self._size
            if place == len(self._ring):
                self._ring.append(element)
            else:
                self._ring[place] = element
            self._waiting += 1

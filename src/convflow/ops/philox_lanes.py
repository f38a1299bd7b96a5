"""Rejection sampling on many outputs at once, each of which reads a stretch of a Philox stream of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convflow.ops.philox_normal import box_muller_float64
from convflow.ops.philox_uniform import uniform_float64
from convflow.ops.philox_words import Float64s, Pairs, PhiloxStream, Scratch

Lanes = NDArray[np.intp]
_PER_COUNTER = 2


class Source:
    """Numbers for many outputs (lanes), each taken from the lane's own next counter, two at a time.

    A lane's uniform and normal numbers come from the same counters, in the order in which they are asked for. Of the
    two numbers of a counter TensorFlow uses the second one first.

    Args:
        counters: where each lane begins.
    """

    def __init__(self, stream: PhiloxStream, counters: Pairs) -> None:
        self._stream = stream
        self._counters = counters
        self._uniforms = _Kept(len(counters))
        self._normals = _Kept(len(counters))

    def uniform(self, lanes: Lanes) -> Float64s:
        """The next number in [0, 1) of each of the lanes."""
        return self._take(self._uniforms, lanes, lambda pairs: uniform_float64(pairs).reshape(-1, _PER_COUNTER))

    def normal(self, lanes: Lanes) -> Float64s:
        """The next normally distributed number of each of the lanes."""
        return self._take(self._normals, lanes, lambda pairs: box_muller_float64(pairs, Scratch()))

    def _take(self, kept: _Kept, lanes: Lanes, make: Any) -> Float64s:
        empty = lanes[kept.left[lanes] == 0]
        if len(empty):
            kept.numbers[empty] = make(self._stream.pairs(self._counters[empty]))
            kept.left[empty] = _PER_COUNTER
            self._counters[empty] += np.uint64(1)
        kept.left[lanes] -= 1
        return kept.numbers[lanes, kept.left[lanes]]


class _Kept:
    """Numbers drawn but not used yet."""

    def __init__(self, lanes: int) -> None:
        self.numbers = np.empty((lanes, _PER_COUNTER))
        self.left = np.zeros(lanes, np.int8)

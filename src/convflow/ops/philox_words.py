"""The counter-based generator under every random op: Philox 4x32 with ten rounds.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). A word depends
on the key and on its own counter alone, so any part of a stream can be computed in any order: that is why
the results depend neither on block sizes nor on threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.uint64]
Float32s = NDArray[np.float32]
Float64s = NDArray[np.float64]

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_MULTIPLIER_0, _MULTIPLIER_2 = map(np.uint64, MULTIPLIERS)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_LOW_MASK = 0xFFFFFFFF
_PAIR_MASK = 2**64 - 1
_LOW = np.uint64(_LOW_MASK)
_WORD_BITS = np.uint64(32)
_SCRAMBLING_KEY = 0x02461E293EC8F720

# Arrays of this many counters are long enough to hide NumPy's cost per call, and for a second thread to take the
# interpreter's lock while one of them is worked on.
BLOCK = 65536


class Scratch:
    """Buffers by name, for one thread. Fresh ones of this size would be mapped into memory at every block."""

    def __init__(self) -> None:
        self._buffers: dict[str, NDArray[Any]] = {}

    def array(self, name: str, count: int, dtype: Any = np.uint64) -> NDArray[Any]:
        """`count` elements of undefined value, which the next call with this name takes back."""
        buffer = self._buffers.get(name)
        if buffer is None or len(buffer) < count:
            buffer = self._buffers[name] = np.empty(count, dtype)
        return buffer[:count]


class PhiloxStream:
    """All numbers that one pair of seeds can give: 2**64 counters, each worth 128 bits.

    Args:
        key: 64 bits, mixed into every round.
        high: 64 bits, the upper half of the 128-bit counter.
    """

    def __init__(self, key: int, high: int) -> None:
        self.key, self.high = key & _PAIR_MASK, high & _PAIR_MASK
        self._high = (np.uint64(high & _LOW_MASK), np.uint64(high >> 32 & _LOW_MASK))
        self._round_keys = [
            (
                np.uint64(key + i * KEY_STEPS[0] & _LOW_MASK),
                np.uint64((key >> 32) + i * KEY_STEPS[1] & _LOW_MASK),
            )
            for i in range(ROUNDS)
        ]

    def pairs(self, counters: Pairs, scratch: Scratch | None = None) -> Pairs:
        """The numbers at `counters`, shape (n,). Fastest with `BLOCK` of them at a time.

        Args:
            scratch: lends the result's memory, if given.

        Returns:
            uint64, shape (2 n,). A counter's four 32-bit words w0 to w3 come as w0 + 2**32 w1 and
            w2 + 2**32 w3, so `.view(np.uint32)` on a little-endian machine is the words in order.
        """
        count = len(counters)
        memory = scratch or Scratch()
        # Each word has 64 bits of room, so one multiplication gives both halves of a product.
        w0, w1, w2, w3, product0, product2 = (memory.array(f"philox {i}", count) for i in range(6))
        np.bitwise_and(counters, _LOW, out=w0)
        np.right_shift(counters, _WORD_BITS, out=w1)
        w2.fill(self._high[0])
        w3.fill(self._high[1])
        for key0, key1 in self._round_keys:
            np.multiply(w0, _MULTIPLIER_0, out=product0)
            np.multiply(w2, _MULTIPLIER_2, out=product2)
            np.right_shift(product2, _WORD_BITS, out=w0)
            w0 ^= w1
            w0 ^= key0
            np.right_shift(product0, _WORD_BITS, out=w2)
            w2 ^= w3
            w2 ^= key1
            np.bitwise_and(product2, _LOW, out=w1)
            np.bitwise_and(product0, _LOW, out=w3)
        w1 <<= _WORD_BITS
        w3 <<= _WORD_BITS
        result = memory.array("pairs", 2 * count)
        np.bitwise_or(w0, w1, out=result[0::2])
        np.bitwise_or(w2, w3, out=result[1::2])
        return result


def scrambled(seed: int, seed2: int) -> tuple[int, int]:
    """The key and the counter's upper half that stateless ops make of their two seeds.

    They are drawn from a stream of their own, so that seeds need not be random themselves.
    """
    words = PhiloxStream(_SCRAMBLING_KEY, seed2).pairs(np.array([seed & (2**64 - 1)], np.uint64))
    return int(words[0]), int(words[1])

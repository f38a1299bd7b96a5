"""The counter-based generator under every random op: Philox 4x32 with ten rounds.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). Word n of a
stream depends on the key and on n alone, so any part can be computed in any order: that is why the
results depend neither on block sizes nor on threads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.uint64]
Float32s = NDArray[np.float32]
Float64s = NDArray[np.float64]

_ROUNDS = 10
_MULTIPLIERS = np.array([[0xD2511F53], [0xCD9E8D57]], np.uint64)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_LOW_MASK = 0xFFFFFFFF
_LOW = np.uint64(_LOW_MASK)
_HALF = np.uint64(32)
_COUNTER_BITS = 64

# Arrays of this many counters stay in the second-level cache, and are long enough to hide NumPy's cost
# per call (shorter ones also fall below the size at which NumPy stops copying broadcast operands).
BLOCK = 8192


class PhiloxStream:
    """All numbers that one pair of seeds can give: 2**64 counters, each worth 128 bits.

    Args:
        key: 64 bits, mixed into every round.
        high: 64 bits, the upper half of the 128-bit counter.
    """

    def __init__(self, key: int, high: int) -> None:
        self._high = (high & _LOW_MASK, high >> 32 & _LOW_MASK)
        words = np.array([[key & _LOW_MASK], [key >> 32 & _LOW_MASK]], np.uint64)
        steps = np.array(_KEY_STEPS, np.uint64)[:, None]
        self._round_keys = [words + steps * np.uint64(i) & _LOW for i in range(_ROUNDS)]

    def pairs(self, start: int, count: int, stride: int = 1) -> Pairs:
        """The numbers at counters start, start + stride, ... (`count` of them).

        Returns:
            uint64, shape (count, 2). A counter's four 32-bit words w0 to w3 come as w0 + 2**32 w1 and
            w2 + 2**32 w3, so on a little-endian machine `.view(np.uint32)` is the words in order.
        """
        first = start % 2**_COUNTER_BITS
        counters = np.arange(count, dtype=np.uint64)
        if stride != 1:
            counters *= np.uint64(stride)
        counters += np.uint64(first)
        return self.pairs_at(counters)

    def pairs_at(self, counters: NDArray[np.uint64]) -> Pairs:
        """The same for any counters, shape (n,). Best called with at most `BLOCK` of them."""
        n = len(counters)
        # Row 0 and 1 of `even` are words 0 and 2, of `odd` words 1 and 3; each word has 64 bits of room,
        # so one multiplication gives both halves of the product.
        even = np.empty((2, n), np.uint64)
        odd = np.empty((2, n), np.uint64)
        product = np.empty((2, n), np.uint64)
        crossed = product[::-1]
        np.bitwise_and(counters, _LOW, out=even[0])
        np.right_shift(counters, _HALF, out=odd[0])
        even[1], odd[1] = self._high
        for key in self._round_keys:
            np.multiply(even, _MULTIPLIERS, out=product)
            np.bitwise_xor(odd, key, out=odd)
            np.right_shift(crossed, _HALF, out=even)
            np.bitwise_xor(even, odd, out=even)
            np.bitwise_and(crossed, _LOW, out=odd)
        np.left_shift(odd, _HALF, out=odd)
        np.bitwise_or(odd, even, out=odd)
        return np.ascontiguousarray(odd.T)

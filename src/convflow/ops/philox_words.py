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

_ROUNDS = 10
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_2 = np.uint64(0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_LOW_MASK = 0xFFFFFFFF
_LOW = np.uint64(_LOW_MASK)
_WORD_BITS = np.uint64(32)

# Arrays of this many counters stay in the second-level cache and are long enough to hide NumPy's cost per
# call.
BLOCK = 8192


class PhiloxStream:
    """All numbers that one pair of seeds can give: 2**64 counters, each worth 128 bits.

    Args:
        key: 64 bits, mixed into every round.
        high: 64 bits, the upper half of the 128-bit counter.
    """

    def __init__(self, key: int, high: int) -> None:
        self._high = (np.uint64(high & _LOW_MASK), np.uint64(high >> 32 & _LOW_MASK))
        self._round_keys = [
            (
                np.uint64(key + i * _KEY_STEPS[0] & _LOW_MASK),
                np.uint64((key >> 32) + i * _KEY_STEPS[1] & _LOW_MASK),
            )
            for i in range(_ROUNDS)
        ]

    def pairs(self, counters: Pairs) -> Pairs:
        """The numbers at `counters`, shape (n,). Fastest with `BLOCK` of them at a time.

        Returns:
            uint64, shape (2 n,). A counter's four 32-bit words w0 to w3 come as w0 + 2**32 w1 and
            w2 + 2**32 w3, so `.view(np.uint32)` on a little-endian machine is the words in order.
        """
        # Each word has 64 bits of room, so one multiplication gives both halves of a product.
        w0: Any = counters & _LOW
        w1: Any = counters >> _WORD_BITS
        w2: Any = self._high[0]
        w3: Any = self._high[1]
        for key0, key1 in self._round_keys:
            product0 = w0 * _MULTIPLIER_0
            product2 = w2 * _MULTIPLIER_2
            w0 = (product2 >> _WORD_BITS) ^ (w1 ^ key0)
            w2 = (product0 >> _WORD_BITS) ^ (w3 ^ key1)
            w1 = product2 & _LOW
            w3 = product0 & _LOW
        result = np.empty((len(counters), 2), np.uint64)
        np.bitwise_or(w0, w1 << _WORD_BITS, out=result[:, 0])
        np.bitwise_or(w2, w3 << _WORD_BITS, out=result[:, 1])
        return result.reshape(-1)

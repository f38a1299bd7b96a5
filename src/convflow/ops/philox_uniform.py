"""Pairs of 32-bit words to uniform numbers, as TensorFlow maps them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convflow.ops.philox_words import Float32s, Float64s, Pairs

_ONE_AS_BITS = np.uint64(0x3FF0000000000000)
_TWO_ONES_AS_BITS = np.uint64(0x3F8000003F800000)


def unit_interval(mantissa: Pairs) -> Float64s:
    """Mantissas of a float64 (52 bits each; overwritten) as numbers in [0, 1)."""
    mantissa |= _ONE_AS_BITS
    uniform = mantissa.view(np.float64)
    uniform -= 1.0
    return uniform


def uniform_float64(pairs: Pairs) -> Float64s:
    """52 bits of each pair of words as a number in [0, 1): the lower word gives the leading 20 bits."""
    bits = pairs << np.uint64(32)
    bits |= pairs >> np.uint64(32)
    bits &= np.uint64(2**52 - 1)
    return unit_interval(bits)


def uniform_float32(pairs: Pairs, mantissa_bits: int = 23) -> Float32s:
    """The lowest `mantissa_bits` bits of each word as a number in [0, 1). Overwrites the pairs.

    TensorFlow's narrower floats take fewer bits of the word, from the same end.
    """
    low_bits = 2**mantissa_bits - 1
    pairs &= np.uint64(low_bits << 32 | low_bits)
    if mantissa_bits != 23:
        pairs <<= np.uint64(23 - mantissa_bits)
    pairs |= _TWO_ONES_AS_BITS
    uniform = pairs.view(np.float32)
    uniform -= np.float32(1)
    return uniform


def uniform_integers(pairs: Pairs, minval: int, maxval: int, dtype: type[np.integer[Any]]) -> NDArray[Any]:
    """A word (32-bit types) or a pair of words (64-bit ones), modulo the range and added to `minval`.

    The modulus favours small remainders a little when the range does not divide the word's; so does
    TensorFlow's.
    """
    unsigned: Any = np.uint32 if np.dtype(dtype).itemsize == 4 else np.uint64
    mask = int(np.iinfo(unsigned).max)
    words: NDArray[Any] = pairs.view(unsigned) % unsigned(maxval - minval)
    # Sums wrap around: minval's two's complement stands in for it.
    words += unsigned(minval & mask)
    return words.view(dtype)

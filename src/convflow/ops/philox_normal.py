"""Pairs of 32-bit words to pairs of normal deviates, rounded as TensorFlow on Linux rounds them.

Source: Box and Muller, "A note on the generation of random normal deviates" (1958). TensorFlow computes
log, sin and cos of a float32 with the C library, whose float32 functions (from Arm's Optimized Routines:
the coefficients and reciprocals below) are good to some 0.8 units in the last place. NumPy's and PyTorch's
own differ in one of a hundred values, by one unit; and which ones depends on the processor. So the two
functions are evaluated here with the same polynomials, in float64, on whole arrays. Only 2**23 arguments
exist for each of them, and the results agree for all.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from convflow.ops.philox_uniform import uniform_float64, unit_interval
from convflow.ops.philox_words import Float32s, Float64s, Pairs, Scratch

# Of a 32-bit word the lower 23 bits become the mantissa of a float32 in [1, 2).
_WORD_MANTISSA = np.uint64(0x7FFFFF)
_MANTISSA32_IN_64 = np.uint64(52 - 23)
# TensorFlow's guard against log(0), a float32 there. No other argument is as small: the next is 2**-23.
SMALLEST = float(np.float32(1e-7))

# log: 1 / c for a c in each sixteenth of an octave, the first of which starts at _LOG_ORIGIN. Each was
# chosen so that log(c) is all but exact in float64.
LOG_ORIGIN_BITS = np.int64((0x3F330000 + (1023 - 127 << 23)) << 29)
LOG_INDEX_SHIFT = np.int64(52 - 4)
_LOG_RECIPROCALS = tuple(
    map(
        float.fromhex,
        (
            *("0x1.661ec79f8f3bep+0", "0x1.571ed4aaf883dp+0", "0x1.49539f0f010bp+0", "0x1.3c995b0b80385p+0"),
            *("0x1.30d190c8864a5p+0", "0x1.25e227b0b8eap+0", "0x1.1bb4a4a1a343fp+0", "0x1.12358f08ae5bap+0"),
            *("0x1.0953f419900a7p+0", "0x1p+0", "0x1.e608cfd9a47acp-1", "0x1.ca4b31f026aap-1"),
            *("0x1.b2036576afce6p-1", "0x1.9c2d163a1aa2dp-1", "0x1.886e6037841edp-1", "0x1.767dcf5534862p-1"),
        ),
    )
)
LOG_4, LOG_3, LOG_2 = map(float.fromhex, ("-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2"))

# sin(x) = x + S3 x^3 + S5 x^5 + S7 x^7 and cos(x) = 1 + C2 x^2 + ... + C8 x^8 for |x| <= pi / 4.
S3, S5, S7 = map(float.fromhex, ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13"))
C2, C4, C6, C8 = map(
    float.fromhex,
    ("-0x1.ffffffd0c621cp-2", "0x1.55553e1068f19p-5", "-0x1.6c087e89a359dp-10", "0x1.99343027bf8c3p-16"),
)


def _log_tables() -> tuple[int, Float64s, Float64s]:
    """For every sixteenth of an octave of [1e-7, 1): 1 / c and log(c), the octave's power of two included.

    Returns:
        The index of the tables' first entry, and the two tables.
    """
    lowest = int(np.float64(SMALLEST).view(np.int64) - LOG_ORIGIN_BITS >> LOG_INDEX_SHIFT)
    octaves = range(lowest >> 4, 1)
    reciprocals = [math.ldexp(r, -octave) for octave in octaves for r in _LOG_RECIPROCALS]
    logs = [octave * math.log(2) - math.log(r) for octave in octaves for r in _LOG_RECIPROCALS]
    return octaves.start << 4, np.array(reciprocals), np.array(logs)


LOG_FIRST, LOG_SCALES, LOG_OFFSETS = _log_tables()


def log_float32(x: Float64s, scratch: Scratch) -> Float32s:
    """Natural logarithm of float32 values in [1e-7, 1), given as float64. Overwrites them."""
    count = len(x)
    index = np.subtract(x.view(np.int64), LOG_ORIGIN_BITS, out=scratch.array("log index", count, np.int64))
    index >>= LOG_INDEX_SHIFT
    index -= LOG_FIRST
    # Every index is in the tables; "clip" only spares take a buffer of its own.
    table = scratch.array("log table", count, np.float64)
    r = np.multiply(x, LOG_SCALES.take(index, out=table, mode="clip"), out=x)
    r -= 1.0
    r2 = np.multiply(r, r, out=scratch.array("log square", count, np.float64))
    offset = LOG_OFFSETS.take(index, out=table, mode="clip")
    offset += r
    y = np.multiply(r2, LOG_4, out=scratch.array("log sum", count, np.float64))
    r *= LOG_3
    r += LOG_2
    y += r
    y *= r2
    return np.add(y, offset, out=scratch.array("log", count, np.float32), casting="same_kind")


def _sine_and_cosine_polynomials(x: Float64s, scratch: Scratch) -> tuple[Float32s, Float32s]:
    # Terms are added in the C library's order, so that even the float64 roundings are (almost) the same.
    count = len(x)
    x2, x3, x4, high = (scratch.array(f"sine {name}", count, np.float64) for name in ("x2", "x3", "x4", "high"))
    np.multiply(x, x, out=x2)
    np.multiply(x2, x2, out=x4)
    np.multiply(x2, x, out=x3)
    sine = np.multiply(x3, S3, out=scratch.array("sine sum", count, np.float64))
    sine += x
    x3 *= x2
    np.multiply(x2, S7, out=high)
    high += S5
    high *= x3
    sine_single = np.add(sine, high, out=scratch.array("sine", count, np.float32), casting="same_kind")

    np.multiply(x2, C8, out=high)
    high += C6
    cosine = np.multiply(x2, C2, out=sine)
    cosine += 1.0
    x2 *= x4
    high *= x2
    x4 *= C4
    cosine += x4
    cosine_single = np.add(cosine, high, out=scratch.array("cosine", count, np.float32), casting="same_kind")
    return sine_single, cosine_single


def sincos_float32(x: Float64s, scratch: Scratch) -> tuple[Float32s, Float32s]:
    """Sine and cosine of float32 values in [0, 2 pi], given as float64. Overwrites them."""
    count = len(x)
    quadrant = np.multiply(x, 2 / math.pi, out=scratch.array("quadrant", count, np.float64))
    quadrant += 0.5
    np.floor(quadrant, out=quadrant)
    turns = scratch.array("turns", count, np.int32)
    np.copyto(turns, quadrant, casting="unsafe")
    quadrant *= math.pi / 2
    x -= quadrant
    sine, cosine = _sine_and_cosine_polynomials(x, scratch)

    # An odd quadrant swaps the two, the upper half plane's end turns the signs: done on the bits,
    # several times as fast as choosing.
    sine_bits, cosine_bits = sine.view(np.int32), cosine.view(np.int32)
    odd, swap = scratch.array("odd", count, np.int32), scratch.array("swap", count, np.int32)
    np.negative(np.bitwise_and(turns, 1, out=odd), out=odd)
    np.bitwise_xor(sine_bits, cosine_bits, out=swap)
    swap &= odd
    sine_bits ^= swap
    cosine_bits ^= swap
    np.bitwise_and(turns, 2, out=swap)
    swap <<= 30
    sine_bits ^= swap
    turns += 1
    turns &= 2
    turns <<= 30
    cosine_bits ^= turns
    return sine, cosine


def box_muller_float32(pairs: Pairs, scratch: Scratch) -> Float32s:
    """Two standard normal deviates from each pair of 32-bit words.

    Args:
        pairs: uint64, shape (n,); the lower word gives the radius, the upper one the angle. Overwritten.
        scratch: lends the result's memory.

    Returns:
        float32, shape (n, 2).
    """
    count = len(pairs)
    shifted = np.bitwise_and(pairs, _WORD_MANTISSA, out=scratch.array("radius bits", count))
    shifted <<= _MANTISSA32_IN_64
    uniform = unit_interval(shifted)
    radius = log_float32(np.maximum(uniform, SMALLEST, out=uniform), scratch)
    radius *= np.float32(-2)
    np.sqrt(radius, out=radius)

    pairs >>= np.uint64(32) - _MANTISSA32_IN_64
    pairs &= _WORD_MANTISSA << _MANTISSA32_IN_64
    uniform = unit_interval(pairs)
    single = scratch.array("angle", count, np.float32)
    np.multiply(uniform, 2 * math.pi, out=single, casting="same_kind")
    np.copyto(uniform, single)
    sine, cosine = sincos_float32(uniform, scratch)

    normals = scratch.array("normals", 2 * count, np.float32).reshape(-1, 2)
    np.multiply(sine, radius, out=normals[:, 0])
    np.multiply(cosine, radius, out=normals[:, 1])
    return normals


def box_muller_float64(pairs: Pairs, scratch: Scratch) -> Float64s:
    """Two standard normal deviates from each four 32-bit words.

    TensorFlow takes log, sin and cos from the C library, and so does Python's math module: one number after the
    other, but with the same last bits. NumPy's own differ in one of 500 results.

    Args:
        pairs: uint64, shape (2 n,); the first gives the radius, the second the angle, and so on.
        scratch: not needed here.

    Returns:
        float64, shape (n, 2).
    """
    uniform = uniform_float64(pairs).reshape(-1, 2)
    radius = np.sqrt(-2.0 * _each(math.log, np.maximum(uniform[:, 0], 1e-7)))
    angle = 2 * math.pi * uniform[:, 1]
    return np.stack([_each(math.sin, angle) * radius, _each(math.cos, angle) * radius], axis=1)


def _each(function: Callable[[float], float], values: Float64s) -> Float64s:
    return np.fromiter(map(function, values.tolist()), np.float64, len(values))

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

import numpy as np

from convflow.ops.philox_uniform import uniform_float64, unit_interval
from convflow.ops.philox_words import Float32s, Float64s, Pairs

# Of a 32-bit word the lower 23 bits become the mantissa of a float32 in [1, 2).
_WORD_MANTISSA = np.uint64(0x7FFFFF)
_MANTISSA32_IN_64 = np.uint64(52 - 23)
# TensorFlow's guard against log(0), a float32 there. No other argument is as small: the next is 2**-23.
_SMALLEST = float(np.float32(1e-7))

# log: 1 / c for a c in each sixteenth of an octave, the first of which starts at _LOG_ORIGIN. Each was
# chosen so that log(c) is all but exact in float64.
_LOG_ORIGIN_BITS = np.int64((0x3F330000 + (1023 - 127 << 23)) << 29)
_LOG_INDEX_SHIFT = np.int64(52 - 4)
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
_LOG_4, _LOG_3, _LOG_2 = map(float.fromhex, ("-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2"))

# sin(x) = x + S3 x^3 + S5 x^5 + S7 x^7 and cos(x) = 1 + C2 x^2 + ... + C8 x^8 for |x| <= pi / 4.
_S3, _S5, _S7 = map(float.fromhex, ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13"))
_C2, _C4, _C6, _C8 = map(
    float.fromhex,
    ("-0x1.ffffffd0c621cp-2", "0x1.55553e1068f19p-5", "-0x1.6c087e89a359dp-10", "0x1.99343027bf8c3p-16"),
)


def _log_tables() -> tuple[int, Float64s, Float64s]:
    """For every sixteenth of an octave of [1e-7, 1): 1 / c and log(c), the octave's power of two included.

    Returns:
        The index of the tables' first entry, and the two tables.
    """
    lowest = int(np.float64(_SMALLEST).view(np.int64) - _LOG_ORIGIN_BITS >> _LOG_INDEX_SHIFT)
    octaves = range(lowest >> 4, 1)
    reciprocals = [math.ldexp(r, -octave) for octave in octaves for r in _LOG_RECIPROCALS]
    logs = [octave * math.log(2) - math.log(r) for octave in octaves for r in _LOG_RECIPROCALS]
    return octaves.start << 4, np.array(reciprocals), np.array(logs)


_LOG_FIRST, _LOG_SCALES, _LOG_OFFSETS = _log_tables()


def log_float32(x: Float64s) -> Float32s:
    """Natural logarithm of float32 values in [1e-7, 1), given as float64."""
    index = x.view(np.int64) - _LOG_ORIGIN_BITS
    index >>= _LOG_INDEX_SHIFT
    index -= _LOG_FIRST
    r = _LOG_SCALES.take(index)
    r *= x
    r -= 1.0
    r2 = r * r
    offset = _LOG_OFFSETS.take(index)
    offset += r
    y = r2 * _LOG_4
    r *= _LOG_3
    r += _LOG_2
    y += r
    y *= r2
    y += offset
    return y.astype(np.float32)


def _sine_and_cosine_polynomials(x: Float64s) -> tuple[Float32s, Float32s]:
    # Terms are added in the C library's order, so that even the float64 roundings are (almost) the same.
    x2 = x * x
    x4 = x2 * x2
    x3 = x2 * x
    sine = x3 * _S3
    sine += x
    x3 *= x2
    high = x2 * _S7
    high += _S5
    high *= x3
    sine += high

    np.multiply(x2, _C8, out=high)
    high += _C6
    cosine = x2 * _C2
    cosine += 1.0
    x2 *= x4
    high *= x2
    x4 *= _C4
    cosine += x4
    cosine += high
    return sine.astype(np.float32), cosine.astype(np.float32)


def sincos_float32(x: Float64s) -> tuple[Float32s, Float32s]:
    """Sine and cosine of float32 values in [0, 2 pi], given as float64."""
    quadrant = x * (2 / math.pi)
    quadrant += 0.5
    np.floor(quadrant, out=quadrant)
    sine, cosine = _sine_and_cosine_polynomials(x - quadrant * (math.pi / 2))

    # An odd quadrant swaps the two, the upper half plane's end turns the signs: done on the bits,
    # several times as fast as choosing.
    turns = quadrant.astype(np.int32)
    sine_bits, cosine_bits = sine.view(np.int32), cosine.view(np.int32)
    swap = sine_bits ^ cosine_bits
    swap &= -(turns & 1)
    sine_bits ^= swap
    cosine_bits ^= swap
    sine_bits ^= (turns & 2) << 30
    turns += 1
    cosine_bits ^= (turns & 2) << 30
    return sine, cosine


def box_muller_float32(pairs: Pairs) -> Float32s:
    """Two standard normal deviates from each pair of 32-bit words.

    Args:
        pairs: uint64, shape (n,); the lower word gives the radius, the upper one the angle.

    Returns:
        float32, shape (n, 2).
    """
    shifted = pairs & _WORD_MANTISSA
    shifted <<= _MANTISSA32_IN_64
    uniform = unit_interval(shifted)
    radius = log_float32(np.maximum(uniform, _SMALLEST, out=uniform))
    radius *= np.float32(-2)
    np.sqrt(radius, out=radius)

    shifted = pairs >> (np.uint64(32) - _MANTISSA32_IN_64)
    shifted &= _WORD_MANTISSA << _MANTISSA32_IN_64
    uniform = unit_interval(shifted)
    uniform *= 2 * math.pi
    sine, cosine = sincos_float32(uniform.astype(np.float32).astype(np.float64))

    normals = np.empty((len(pairs), 2), np.float32)
    np.multiply(sine, radius, out=normals[:, 0])
    np.multiply(cosine, radius, out=normals[:, 1])
    return normals


def box_muller_float64(pairs: Pairs) -> Float64s:
    """Two standard normal deviates from each four 32-bit words.

    Args:
        pairs: uint64, shape (2 n,); the first gives the radius, the second the angle, and so on.

    Returns:
        float64, shape (n, 2). NumPy's log, sin and cos, so the last bits depend on the machine, as
        TensorFlow's do on the C library.
    """
    uniform = uniform_float64(pairs).reshape(-1, 2)
    radius = np.sqrt(-2.0 * np.log(np.maximum(uniform[:, 0], 1e-7)))
    angle = 2 * math.pi * uniform[:, 1]
    return np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=1)

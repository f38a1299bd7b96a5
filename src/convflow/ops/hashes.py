"""Hash functions of byte strings, as the string ops of TensorFlow number their buckets by them.

MurmurHash64A (Appleby 2008), FarmHash's fingerprint of 64 bits (Google 2014, the form of its "na" version) and
SipHash-2-4 (Aumasson and Bernstein 2012). All give unsigned numbers of 64 bits.
"""

from __future__ import annotations

import struct

_MASK = 2**64 - 1


def _rotated(value: int, count: int, left: bool = False) -> int:
    count = 64 - count if left else count
    return (value >> count | value << (64 - count)) & _MASK


# MurmurHash64A

_MURMUR = 0xC6A4A7935BD1E995


def murmur(data: bytes, seed: int = 0xDECAFCAFFE) -> int:
    """MurmurHash64A."""
    state = seed ^ (len(data) * _MURMUR & _MASK)
    whole = len(data) // 8 * 8
    for (word,) in struct.iter_unpack("<Q", data[:whole]):
        word = word * _MURMUR & _MASK
        word = (word ^ word >> 47) * _MURMUR & _MASK
        state = (state ^ word) * _MURMUR & _MASK
    if rest := data[whole:]:
        state = (state ^ int.from_bytes(rest, "little")) * _MURMUR & _MASK
    state = (state ^ state >> 47) * _MURMUR & _MASK
    return state ^ state >> 47


def joined(first: int, second: int) -> int:
    """Two hashes as one, in this order; with MurmurHash64A's multiplier."""
    mixed = second * _MURMUR & _MASK
    state = ((first ^ _MURMUR ^ (mixed ^ mixed >> 47) * _MURMUR) & _MASK) * _MURMUR & _MASK
    state = (state ^ state >> 47) * _MURMUR & _MASK
    return state ^ state >> 47


# FarmHash

_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_Pair = tuple[int, int]


def fingerprint(data: bytes) -> int:
    """FarmHash's 64-bit fingerprint."""
    size = len(data)
    if size <= 16:
        return _short(data)
    if size <= 32:
        return _up_to_32(data)
    return _up_to_64(data) if size <= 64 else _long(data)


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _mixed(value: int) -> int:
    return value ^ value >> 47


def _joined(first: int, second: int, factor: int) -> int:
    a = _mixed((first ^ second) * factor & _MASK)
    b = _mixed((second ^ a) * factor & _MASK)
    return b * factor & _MASK


def _short(data: bytes) -> int:
    size = len(data)
    factor = _K2 + size * 2 & _MASK
    if size >= 8:
        a, b = _word(data, 0) + _K2 & _MASK, _word(data, size - 8)
        c = _rotated(b, 37) * factor + a & _MASK
        return _joined(c, (_rotated(a, 25) + b) * factor & _MASK, factor)
    if size >= 4:
        first, last = int.from_bytes(data[:4], "little"), int.from_bytes(data[-4:], "little")
        return _joined(size + (first << 3), last, factor)
    if size:
        y, z = data[0] + (data[size >> 1] << 8), size + (data[-1] << 2)
        return _mixed((y * _K2 ^ z * _K0) & _MASK) * _K2 & _MASK
    return _K2


def _ends(data: bytes, first_factor: int, factor: int) -> tuple[int, int, int]:
    """What the first and the last 16 bytes give: two sums, and the first word's product."""
    a, b = _word(data, 0) * first_factor & _MASK, _word(data, 8)
    c, d = _word(data, len(data) - 8) * factor & _MASK, _word(data, len(data) - 16) * _K2 & _MASK
    sums = _rotated(a + b & _MASK, 43) + _rotated(c, 30) + d & _MASK, a + _rotated(b + _K2 & _MASK, 18) + c & _MASK
    return *sums, a


def _up_to_32(data: bytes) -> int:
    factor = _K2 + len(data) * 2 & _MASK
    first, second, _ = _ends(data, _K1, factor)
    return _joined(first, second, factor)


def _up_to_64(data: bytes) -> int:
    size = len(data)
    factor = _K2 + size * 2 & _MASK
    y, second, a = _ends(data, _K2, factor)
    z = _joined(y, second, factor)
    e, f = _word(data, 16) * factor & _MASK, _word(data, 24)
    g = (y + _word(data, size - 32)) * factor & _MASK
    h = (z + _word(data, size - 24)) * factor & _MASK
    first = _rotated(e + f & _MASK, 43) + _rotated(g, 30) + h & _MASK
    return _joined(first, e + _rotated(f + a & _MASK, 18) + g & _MASK, factor)


def _weak(data: bytes, at: int, a: int, b: int) -> _Pair:
    w, x, y, z = (_word(data, at + step) for step in (0, 8, 16, 24))
    a = a + w & _MASK
    b = _rotated(b + a + z & _MASK, 21)
    total = a + x + y & _MASK
    return total + z & _MASK, b + _rotated(total, 44) + a & _MASK


class _Long:
    """The state over blocks of 64 bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.y = 81 * _K1 + 113 & _MASK
        self.z = _mixed(self.y * _K2 + 113 & _MASK) * _K2 & _MASK
        self.x = 81 * _K2 + _word(data, 0) & _MASK
        self.v: _Pair = (0, 0)
        self.w: _Pair = (0, 0)

    def block(self, at: int, factor: int, times: int = 1) -> None:
        data, (v0, v1), (w0, w1) = self.data, self.v, self.w
        x = _rotated(self.x + self.y + v0 + _word(data, at + 8) & _MASK, 37) * factor & _MASK
        y = _rotated(self.y + v1 + _word(data, at + 48) & _MASK, 42) * factor & _MASK
        x ^= w1 * times & _MASK
        y = y + v0 * times + _word(data, at + 40) & _MASK
        z = _rotated(self.z + w0 & _MASK, 33) * factor & _MASK
        self.v = _weak(data, at, v1 * factor & _MASK, x + w0 & _MASK)
        self.w = _weak(data, at + 32, z + w1 & _MASK, y + _word(data, at + 16) & _MASK)
        self.x, self.y, self.z = z, y, x


def _long(data: bytes) -> int:
    state = _Long(data)
    end = (len(data) - 1) // 64 * 64
    for at in range(0, end, 64):
        state.block(at, _K1)
    factor = _K1 + ((state.z & 0xFF) << 1)
    # The last block overlaps the one before.
    w0 = state.w[0] + (len(data) - 1 & 63) & _MASK
    v0 = state.v[0] + w0 & _MASK
    state.v, state.w = (v0, state.v[1]), (w0 + v0 & _MASK, state.w[1])
    state.block(len(data) - 64, factor, times=9)
    first = _joined(state.v[0], state.w[0], factor) + _mixed(state.y) * _K0 + state.z & _MASK
    return _joined(first, _joined(state.v[1], state.w[1], factor) + state.x & _MASK, factor)


# SipHash


def siphash(data: bytes, key: _Pair) -> int:
    """SipHash-2-4 under a key of two numbers."""
    state = [
        key[0] ^ 0x736F6D6570736575,
        key[1] ^ 0x646F72616E646F6D,
        key[0] ^ 0x6C7967656E657261,
        key[1] ^ 0x7465646279746573,
    ]
    padded = data + b"\0" * (7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", padded):
        state[3] ^= word
        _rounds(state, 2)
        state[0] ^= word
    state[2] ^= 0xFF
    _rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _rounds(state: list[int], count: int) -> None:
    a, b, c, d = state
    for _ in range(count):
        a, c = a + b & _MASK, c + d & _MASK
        b, d = _rotated(b, 13, left=True) ^ a, _rotated(d, 16, left=True) ^ c
        a, c = _rotated(a, 32) + d & _MASK, c + b & _MASK
        d, b = _rotated(d, 21, left=True) ^ a, _rotated(b, 17, left=True) ^ c
        c = _rotated(c, 32)
    state[:] = a, b, c, d

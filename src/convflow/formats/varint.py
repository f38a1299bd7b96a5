"""Variable-length integers: seven bits a byte, lowest first, the high bit set on all bytes but the last."""

from __future__ import annotations

from typing import Any

_MAX_BYTES = 10


def encode(value: int) -> bytes:
    """The bytes of a non-negative integer below 2**64."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode(data: Any, position: int) -> tuple[int, int]:
    """The integer that starts at `position`, and the position after it.

    Raises:
        ValueError: the data end inside the integer, or it is longer than any 64-bit one.
    """
    value = 0
    for count in range(_MAX_BYTES):
        if position + count >= len(data):
            raise ValueError(f"the data end inside the integer at byte {position}")
        byte = data[position + count]
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, position + count + 1
    raise ValueError(f"the integer at byte {position} is longer than {_MAX_BYTES} bytes")

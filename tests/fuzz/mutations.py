"""Damage to files, drawn by hypothesis: what disks, copies and enemies do to bytes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

# Lengths and counts that break readers which believe them.
_HUGE = (0, 1, 127, 128, 255, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1)
_MOST_CHANGES = 4


def varint(value: int) -> bytes:
    """`value` as protobuf and tables write it."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _numbers() -> st.SearchStrategy[bytes]:
    number = st.sampled_from(_HUGE)
    return st.one_of(
        number.map(varint),
        number.map(lambda value: value.to_bytes(8, "little")),
        number.map(lambda value: (value & 0xFFFFFFFF).to_bytes(4, "little")),
        number.map(lambda value: (value & 0xFFFFFFFF).to_bytes(4, "big")),
    )


def _nested(field: int, depth: int) -> bytes:
    """A message in a message in a message."""
    data = b""
    for _ in range(depth):
        data = varint(field << 3 | 2) + varint(len(data)) + data
    return data


@st.composite
def damaged(draw: Any, whole: bytes) -> bytes:
    """`whole` with a few changes; sometimes something else altogether."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=200))
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, _MOST_CHANGES))):
        place = draw(st.integers(0, len(data)))
        change = draw(st.integers(0, 7))
        if change == 0:
            del data[place:]
        elif change == 1 and place < len(data):
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif change == 2:
            new = draw(_numbers())
            data[place : place + len(new)] = new
        elif change == 3:
            data[place:place] = draw(_numbers())
        elif change == 4:
            length = draw(st.integers(1, 64))
            start = draw(st.integers(0, len(data)))
            data[place:place] = data[start : start + length]
        elif change == 5:
            del data[place : place + draw(st.integers(1, 64))]
        elif change == 6:
            data[place:place] = _nested(draw(st.integers(1, 12)), draw(st.integers(1, 300)))
        else:
            data[place:place] = draw(st.binary(max_size=16))
    return bytes(data)

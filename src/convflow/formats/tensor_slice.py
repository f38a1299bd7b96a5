"""Slices of partitioned variables as checkpoints store them.

A checkpoint knows a partitioned variable by one entry with the full shape and a list of slices, and each
slice by an entry of its own. That entry's key is made of the name and the slice so that byte order is the
order of (name, slice); source: TensorFlow's ordered_code and checkpoint_utils.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from convflow.core import errors
from convflow.formats import messages

WHOLE = -1  # the length of an extent that covers its whole dimension

_ESCAPES = {0x00: b"\x00\xff", 0xFF: b"\xff\x00"}


@dataclasses.dataclass(frozen=True)
class TensorSlice:
    """A box inside a tensor: for each dimension its start and length, `(0, WHOLE)` for all of it."""

    extents: tuple[tuple[int, int], ...]

    @classmethod
    def from_proto(cls, proto: Any) -> TensorSlice:
        return cls(tuple((e.start, e.length if e.HasField("length") else WHOLE) for e in proto.extent))

    def as_proto(self) -> Any:
        proto = messages.TensorSliceProto()
        for start, length in self.extents:
            extent = proto.extent.add(start=start)
            if length != WHOLE:
                extent.length = length
        return proto

    def is_whole(self, shape: Sequence[int]) -> bool:
        return all(
            start == 0 and length in (WHOLE, size) for (start, length), size in zip(self.extents, shape, strict=True)
        )

    def indices(self, shape: Sequence[int]) -> tuple[slice, ...]:
        """What picks the slice out of an array of `shape`; ValueError if it does not lie inside."""
        if len(self.extents) != len(shape):
            raise ValueError(f"slice {self} has {len(self.extents)} dimensions, the shape {list(shape)} differs")
        picked = []
        for (start, length), size in zip(self.extents, shape, strict=True):
            stop = size if length == WHOLE else start + length
            if not 0 <= start <= stop <= size:
                raise ValueError(f"slice {self} does not lie inside the shape {list(shape)}")
            picked.append(slice(start, stop))
        return tuple(picked)

    def __str__(self) -> str:
        return ":".join("-" if length == WHOLE else f"{start},{length}" for start, length in self.extents)


def parse_shape_and_slice(text: str) -> tuple[list[int], TensorSlice]:
    """The full shape and the slice in a text such as "4 2 0,2:-" (attr `shape_and_slices` of SaveV2).

    Raises:
        InvalidArgumentError: `text` is no shape followed by a slice of it.
    """
    try:
        *sizes, spec = text.split(" ")
        shape = [int(size) for size in sizes]
        extents = []
        for part in spec.split(":"):
            start, length = (0, WHOLE) if part == "-" else (int(number) for number in part.split(","))
            extents.append((start, length))
        found = TensorSlice(tuple(extents))
        found.indices(shape)
    except ValueError as error:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{text!r} is no shape and slice: {error}. Expected the sizes of the full tensor, a space, and "
            "for "
            'each dimension "start,length" or "-" joined by ":", as in "4 2 0,2:-".',
        ) from error
    return shape, found


def slice_key(name: bytes, tensor_slice: TensorSlice) -> bytes:
    """The key of a slice's own entry; it begins with a zero byte, which no tensor's name does."""
    key = _ordered_number(0) + _ordered_string(name) + _ordered_number(len(tensor_slice.extents))
    for start, length in tensor_slice.extents:
        key += _ordered_signed(start) + _ordered_signed(length)
    return key


def _ordered_string(text: bytes) -> bytes:
    return b"".join(_ESCAPES.get(byte, bytes([byte])) for byte in text) + b"\x00\x01"


def _ordered_number(value: int) -> bytes:
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(digits)]) + digits


def _ordered_signed(value: int) -> bytes:
    """`value` in the fewest bytes n with 7n - 1 bits for it; the first bits say n and flip with the sign."""
    magnitude = value if value >= 0 else ~value
    size = 1
    while magnitude >> (7 * size - 1):
        size += 1
    # n ones in front of the number, and a zero after them (the flipped sign bit, for a negative number).
    header = ((1 << size) - 1) << (7 * size)
    return ((value & ((1 << (8 * size)) - 1)) ^ header).to_bytes(size, "big")

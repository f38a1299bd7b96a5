"""The framing that TFRecord and event files share (API: tf.io.TFRecordWriter).

A record is, little-endian: length (uint64), masked CRC32C of these 8 bytes, the bytes, their masked CRC32C.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from convflow.core import errors
from convflow.formats import crc

_LENGTH = struct.Struct("<Q")
_CRC = struct.Struct("<I")
_HEADER_SIZE = _LENGTH.size + _CRC.size
# A length is believed only as far as bytes arrive, so that a damaged one cannot ask for all memory.
_READ_CHUNK = 1 << 24
# What TensorFlow's messages can hold. A compressed file could claim, and deliver, any length.
_LONGEST = 1 << 31


class RecordWriter:
    """Appends records to a binary file object, which stays the caller's to flush and close."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, record: bytes) -> None:
        length = _LENGTH.pack(len(record))
        # One call, so that a reader following the file seldom sees half a record.
        self._file.write(
            b"".join(
                (
                    length,
                    _CRC.pack(crc.masked_crc32c(length)),
                    record,
                    _CRC.pack(crc.masked_crc32c(record)),
                )
            )
        )


def read_records(file: BinaryIO, name: str) -> Iterator[bytes]:
    """The records of `file`, read one at a time from where it stands.

    Args:
        file: a binary file object.
        name: what error messages call it, usually its path.

    Raises:
        DataLossError: the file ends inside a record, or a checksum is wrong; offsets count from where
            reading began.
    """
    offset = 0
    while header := _read_up_to(file, _HEADER_SIZE):
        if len(header) < _HEADER_SIZE:
            raise _truncated(name, offset, _HEADER_SIZE, len(header))
        (length,) = _LENGTH.unpack_from(header)
        _check(header[: _LENGTH.size], header[_LENGTH.size :], "length", name, offset)
        if length > _LONGEST:
            raise _too_long(name, offset, length)
        try:
            body = _read_up_to(file, length + _CRC.size)
        except MemoryError:
            raise _no_room(name, offset, length) from None
        if len(body) < length + _CRC.size:
            raise _truncated(name, offset, _HEADER_SIZE + length + _CRC.size, _HEADER_SIZE + len(body))
        record = body[:length]
        _check(record, body[length:], "data", name, offset)
        yield record
        offset += _HEADER_SIZE + length + _CRC.size


def _read_up_to(file: BinaryIO, size: int) -> bytes:
    first = file.read(min(size, _READ_CHUNK))
    if len(first) == size or not first:
        return first
    parts, missing = [first], size - len(first)
    while missing and (part := file.read(min(missing, _READ_CHUNK))):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _check(data: bytes, stored: bytes, what: str, name: str, offset: int) -> None:
    (expected,) = _CRC.unpack(stored)
    computed = crc.masked_crc32c(data)
    if computed != expected:
        raise errors.DataLossError(
            None,
            None,
            f"corrupted record at {offset} of {name}: the checksum of its {what} is {computed:#010x}, "
            f"the file says {expected:#010x}. The file is damaged or no record file; records before this "
            "one can be read, for the others restore the file from its source.",
        )


def _too_long(name: str, offset: int, length: int) -> errors.OpError:
    return errors.DataLossError(
        None,
        None,
        f"corrupted record at {offset} of {name}: its length is {length} bytes, expected {_LONGEST} at most. No "
        "TFRecordWriter's record is as long; the file is damaged or was not made by one.",
    )


def _no_room(name: str, offset: int, length: int) -> errors.OpError:
    return errors.ResourceExhaustedError(
        None,
        None,
        f"The record at {offset} of {name} takes {length} bytes, for which there is no memory. Is it a file from "
        "someone you trust? Read it where there is more.",
    )


def _truncated(name: str, offset: int, wanted: int, found: int) -> errors.OpError:
    return errors.DataLossError(
        None,
        None,
        f"truncated record at {offset} of {name}: the record takes {wanted} bytes, the file has only {found} "
        "more. Its writer was stopped, or the copy is incomplete; records before this one can be read.",
    )

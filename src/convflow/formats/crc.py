"""Masked CRC32C, the checksum of records, table blocks and checkpoint tensors.

A checksum that is stored beside its data is masked (rotated by 15 bits and moved by a constant), because
the CRC of a string that holds its own CRC is a constant and so detects nothing.
Source: LevelDB's log format.
"""

from __future__ import annotations

from typing import Any

import google_crc32c
import numpy as np

_MASK_DELTA = 0xA282EAD8
_UINT32 = 0xFFFFFFFF


def extend(crc: int, data: Any) -> int:
    """The unmasked CRC32C of bytes with checksum `crc` followed by `data` (anything with a buffer)."""
    if not isinstance(data, bytes):
        # The C extension takes no writable buffers; a read-only array over the same memory saves a copy.
        data = np.frombuffer(data, np.uint8)
        data.flags.writeable = False
    return google_crc32c.extend(crc, data)


def mask(crc: int) -> int:
    rotated = (crc >> 15) | (crc << 17)
    return (rotated + _MASK_DELTA) & _UINT32


def masked_crc32c(data: Any) -> int:
    """The masked CRC32C of `data` (anything with a buffer), an unsigned 32-bit integer."""
    return mask(extend(0, data))

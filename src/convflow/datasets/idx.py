"""The IDX file format (http://yann.lecun.com/exdb/mnist): a big-endian header, then one array."""

from __future__ import annotations

import math
import struct

import numpy as np

from convflow.core import errors

IMAGES_MAGIC = 2051
"""Bytes in three dimensions."""
LABELS_MAGIC = 2049
"""Bytes in one dimension."""

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def parse(data: bytes, name: str, magic: int | None = None) -> np.ndarray:
    """The array that uncompressed IDX bytes hold.

    Args:
        data: the whole file.
        name: its name, for errors.
        magic: the magic number it must have, e.g. `IMAGES_MAGIC`; None accepts every IDX type.

    Returns:
        An array in the machine's byte order, with the dimensions and the type that the header states.

    Raises:
        errors.DataLossError: the magic number is another one, or the length is not what the header promises.
    """
    if len(data) < 4:
        raise _loss(f"{name} has {len(data)} bytes, expected at least the 4 bytes of an IDX magic number.")
    (found,) = struct.unpack(">I", data[:4])
    type_code, ndim = found >> 8, found & 0xFF
    if (magic is not None and found != magic) or type_code not in _TYPES:
        expected = f"{magic}" if magic is not None else "that of an IDX file"
        raise _loss(f"{name} has the magic number {found}, expected {expected}.")
    header = 4 + 4 * ndim
    if len(data) < header:
        raise _loss(f"{name} has {len(data)} bytes, expected a header of {header} bytes.")
    shape = struct.unpack(f">{ndim}I", data[4:header])
    dtype = np.dtype(_TYPES[type_code])
    promised = header + math.prod(shape) * dtype.itemsize
    if len(data) != promised:
        raise _loss(f"{name} has {len(data)} bytes, expected {promised} by its header, of shape {shape}.")
    array = np.frombuffer(data, dtype, offset=header).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


def _loss(message: str) -> errors.OpError:
    advice = "Put a complete copy in its place, or delete it to have it fetched again."
    return errors.DataLossError(None, None, f"{message} {advice}")

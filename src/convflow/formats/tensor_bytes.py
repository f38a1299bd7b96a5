"""A tensor's bytes in a checkpoint's data file, and back.

Numbers are stored as they lie in memory, row by row, little-endian. Strings are stored as their lengths
(varints), a masked CRC32C of the lengths, and their bytes one after the other. Variants, here the bytes of their
`VariantTensorDataProto`s, are stored one by one: the length (varint), the bytes, the masked CRC32C of all so far.
"""

from __future__ import annotations

import struct
import sys
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.formats import crc, varint

_UINT32 = struct.Struct("<I")
_UINT64 = struct.Struct("<Q")


def as_stored(array: Any, dtype: dtypes.DType | None) -> tuple[np.ndarray, dtypes.DType]:
    """`array` row by row in the memory order of files, and its element type.

    Args:
        array: anything NumPy makes an array of; texts become UTF-8 bytes.
        dtype: the element type, where the array's own does not tell (quantized types).

    Raises:
        TypeError: there is no such element type in files, or `array` has another one.
    """
    array = np.asarray(array, order="C")
    if array.dtype.kind in "USO":
        array = _as_byte_strings(array)
    elif array.dtype.byteorder == ">" or (array.dtype.byteorder == "=" and sys.byteorder == "big"):
        array = array.astype(array.dtype.newbyteorder("<"))
    if dtype is None:
        dtype = dtypes.as_dtype(array.dtype)
    if dtype == dtypes.variant and array.dtype == object:
        return array, dtype
    if np.dtype(dtype.as_numpy_dtype) != array.dtype:
        raise TypeError(f"The array holds {array.dtype}, but {dtype.name} was asked for. Convert the array first.")
    return array, dtype.base_dtype


def _as_byte_strings(array: np.ndarray) -> np.ndarray:
    texts = np.empty(array.shape, object)
    for position, text in enumerate(array.ravel()):
        if not isinstance(text, (str, bytes)):
            raise TypeError(
                f"Element {position} of a string tensor is {text!r} of type {type(text).__name__}. Expected "
                "bytes or str; give arrays of numbers a numeric dtype."
            )
        texts.ravel()[position] = text.encode() if isinstance(text, str) else bytes(text)
    return texts


def number_bytes(array: np.ndarray) -> np.ndarray:
    """The bytes of a C-ordered array of numbers, shape (size,), uint8, sharing its memory."""
    return array.reshape(-1).view(np.uint8)


def string_bytes(array: np.ndarray) -> tuple[bytes, int]:
    """What is stored for an array of bytes objects, and the unmasked CRC32C that goes with it."""
    texts = array.ravel().tolist()
    lengths_crc = _lengths_crc([len(text) for text in texts])
    lengths_check = _UINT32.pack(crc.mask(lengths_crc))
    joined = b"".join(texts)
    # The tensor's checksum covers the lengths as fixed-size numbers, not as the varints that are stored.
    whole_crc = crc.extend(crc.extend(lengths_crc, lengths_check), joined)
    return b"".join(varint.encode(len(text)) for text in texts) + lengths_check + joined, whole_crc


def parse_strings(data: bytes, count: int) -> tuple[np.ndarray, int]:
    """`count` strings from what `string_bytes` makes: shape (count,), object, and the unmasked CRC32C.

    Raises:
        ValueError: the data are no such thing; the reason is the message.
    """
    position, lengths = 0, []
    for _ in range(count):
        length, position = varint.decode(data, position)
        lengths.append(length)
    lengths_crc = _lengths_crc(lengths)
    if position + _UINT32.size > len(data):
        raise ValueError("the data end before the checksum of the string lengths")
    (stored,) = _UINT32.unpack_from(data, position)
    if stored != crc.mask(lengths_crc):
        raise ValueError(
            f"the checksum of the string lengths is {crc.mask(lengths_crc):#010x}, the file says {stored:#010x}"
        )
    text_start = position + _UINT32.size
    if text_start + sum(lengths) != len(data):
        raise ValueError(f"the strings take {sum(lengths)} bytes, {len(data) - text_start} are there")
    whole_crc = crc.extend(lengths_crc, data[position:])
    texts = np.empty(count, object)
    for i, length in enumerate(lengths):
        texts[i] = data[text_start : text_start + length]
        text_start += length
    return texts, whole_crc


def variant_bytes(array: np.ndarray) -> tuple[bytes, int]:
    """What is stored for an array of variants, given as bytes objects, and the unmasked CRC32C that goes with it."""
    parts: list[bytes] = []
    checksum = 0
    for item in array.ravel().tolist():
        checksum = _variant_crc(checksum, item)
        check = _UINT32.pack(crc.mask(checksum))
        checksum = crc.extend(checksum, check)
        parts += (varint.encode(len(item)), item, check)
    return b"".join(parts), checksum


def parse_variants(data: bytes, count: int) -> tuple[np.ndarray, int]:
    """`count` variants from what `variant_bytes` makes: shape (count,), object, and the unmasked CRC32C.

    Raises:
        ValueError: the data are no such thing; the reason is the message.
    """
    items = np.empty(count, object)
    position = checksum = 0
    for index in range(count):
        length, start = varint.decode(data, position)
        end = start + length
        if end + _UINT32.size > len(data):
            raise ValueError(f"variant {index} of {length} bytes ends after the data, which have {len(data)}")
        items[index] = data[start:end]
        position = end + _UINT32.size
        checksum = crc.extend(_variant_crc(checksum, items[index]), data[end:position])
    if position != len(data):
        raise ValueError(f"the variants take {position} bytes, {len(data)} are there")
    return items, checksum


def _variant_crc(checksum: int, item: bytes) -> int:
    # It covers the length as a fixed-size number, not as the varint that is stored.
    return crc.extend(crc.extend(checksum, _UINT64.pack(len(item))), item)


def _lengths_crc(lengths: list[int]) -> int:
    # Lengths beyond 64 bits are no lengths; the checksum then differs and says so.
    fixed = (
        _UINT32.pack(length) if length < 1 << 32 else _UINT64.pack(length & 0xFFFFFFFFFFFFFFFF) for length in lengths
    )
    return crc.extend(0, b"".join(fixed))

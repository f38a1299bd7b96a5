"""PNG files of 16 bits a channel (W3C: Portable Network Graphics), which Pillow reads and writes only in grey."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">IIBB")
# Channels and the colour type of the header that says them.
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def is_wide(contents: bytes) -> bool:
    """Whether a file holds 16 bits a channel, in an order this module reads (not interlaced)."""
    return len(contents) > 28 and contents[24] == 16 and contents[28] == 0


def encoded(pixels: np.ndarray, level: int) -> bytes:
    """uint16 [height, width, channels] as a file; `level` is zlib's, -1 to 9."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, _COLOUR_TYPES[channels], 0, 0, 0)
    rows = pixels.astype(">u2").reshape(height, -1).view(np.uint8)
    data = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1).tobytes()
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(data, level)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def decoded(contents: bytes) -> np.ndarray:
    """A file of 16 bits as uint16 [height, width, channels]. ValueError where it is damaged."""
    chunks = list(_chunks(contents))
    if not chunks or len(chunks[0][1]) < _HEADER.size:
        raise ValueError("the header is cut short")
    width, height, _, colour_type = _HEADER.unpack_from(chunks[0][1])
    channels = next((count for count, kind in _COLOUR_TYPES.items() if kind == colour_type), None)
    if channels is None:
        raise ValueError(f"16 bits a channel do not go with colour type {colour_type}")
    expected = height * (2 * channels * width + 1)
    try:
        # No more than the picture takes, whatever the data would grow to.
        data = zlib.decompressobj().decompress(
            b"".join(body for kind, body in chunks if kind == b"IDAT"), max(expected, 1)
        )
    except zlib.error as error:
        raise ValueError(f"the picture's data is damaged: {error}") from None
    step, stride = 2 * channels, 2 * channels * width
    if len(data) < expected:
        raise ValueError(f"{len(data)} bytes of picture, expected {expected}")
    lines = np.frombuffer(data, np.uint8, height * (stride + 1)).reshape(height, stride + 1)
    result = np.zeros((height, stride), np.uint8)
    above = np.zeros(stride, np.uint8)
    for row, line in enumerate(lines):
        above = result[row] = _unfiltered(int(line[0]), line[1:], above, step)
    return result.view(">u2").astype(np.uint16).reshape(height, width, channels)


def _chunks(contents: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at + 8 <= len(contents):
        length = struct.unpack(">I", contents[at : at + 4])[0]
        yield contents[at + 4 : at + 8], contents[at + 8 : at + 8 + length]
        at += length + 12


def _unfiltered(kind: int, line: np.ndarray, above: np.ndarray, step: int) -> np.ndarray:
    if kind == 0:
        return line
    if kind == 2:
        return line + above
    if kind == 1:
        return np.add.accumulate(line.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)
    if kind not in (3, 4):
        raise ValueError(f"unknown filter {kind}")
    result = [0] * step + line.tolist()
    up = [0] * step + above.tolist()
    for at in range(step, len(result)):
        left, over, corner = result[at - step], up[at], up[at - step]
        guess = (left + over) // 2 if kind == 3 else _paeth(left, over, corner)
        result[at] = (result[at] + guess) & 255
    return np.array(result[step:], np.uint8)


def _paeth(left: int, over: int, corner: int) -> int:
    guess = left + over - corner
    distances = (abs(guess - left), abs(guess - over), abs(guess - corner))
    nearest = min(distances)
    return left if distances[0] == nearest else over if distances[1] == nearest else corner

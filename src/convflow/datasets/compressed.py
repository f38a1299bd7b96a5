"""Whole files that may be gzip-compressed."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from convflow.core import errors

_GZIP_MAGIC = b"\x1f\x8b"


def unpack(data: bytes, name: str) -> bytes:
    """The content of `data`, uncompressed if it is gzip; bytes that are not gzip are returned as they are.

    Args:
        data: the bytes of a whole file.
        name: the file's name, for the error.

    Raises:
        errors.DataLossError: the gzip stream is cut short or damaged, or `name` ends with .gz and the bytes
            are not gzip.
    """
    if not data.startswith(_GZIP_MAGIC):
        if str(name).endswith(".gz"):
            raise _damaged(name, f"it begins with {data[:4].hex() or 'nothing'}, expected gzip's 1f8b")
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as reason:
        raise _damaged(name, str(reason)) from reason


def read(path: str | Path) -> tuple[bytes, bytes]:
    """The bytes of a file as it stands on disk, and its uncompressed content.

    Raises:
        errors.DataLossError: as for `unpack`.
    """
    data = Path(path).read_bytes()
    return data, unpack(data, str(path))


def _damaged(name: str, reason: str) -> errors.OpError:
    return errors.DataLossError(
        None,
        None,
        f"{name} is damaged or cut short: {reason}. A complete gzip file was expected. "
        "Delete the file and run again to fetch it anew, or put a complete copy in its place.",
    )

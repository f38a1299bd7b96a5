"""Compressed files, read and written as streams (API: the compression_type of record files)."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

from convflow.core import errors

NONE, ZLIB, GZIP = "", "ZLIB", "GZIP"
TYPES = (NONE, ZLIB, GZIP)
_CHUNK = 1 << 18
# zlib's window sizes for its own header and for gzip's.
_WINDOW = {ZLIB: zlib.MAX_WBITS, GZIP: zlib.MAX_WBITS | 16}


def checked(compression_type: str) -> str:
    """`compression_type`; InvalidArgumentError if there is none of this name."""
    if compression_type not in TYPES:
        raise errors.InvalidArgumentError(
            None, None, f"Unsupported compression_type: {compression_type!r}. Expected '', 'ZLIB' or 'GZIP'."
        )
    return compression_type


def reader(file: BinaryIO, compression_type: str, name: str) -> BinaryIO:
    """`file` as it was before it was compressed. It is read piece by piece, however much it grows.

    Args:
        name: what errors call it.
    """
    if checked(compression_type) == NONE:
        return file
    return io.BufferedReader(_Inflated(file, compression_type, name), _CHUNK)


class _Inflated(io.RawIOBase):
    def __init__(self, file: BinaryIO, compression_type: str, name: str) -> None:
        self._file = file
        self._type = compression_type
        self._name = name
        self._inflate = zlib.decompressobj(_WINDOW[compression_type])
        self._pending = b""
        self._began = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while True:
            if not self._pending:
                self._pending = self._file.read(_CHUNK)
                if not self._pending:
                    return self._end()
            if self._inflate.eof:
                # Compressed files may be joined end to end.
                self._inflate = zlib.decompressobj(_WINDOW[self._type])
            self._began = True
            data = self._step(len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)

    def _step(self, size: int) -> bytes:
        try:
            data = self._inflate.decompress(self._pending, size)
        except zlib.error as error:
            raise self._damaged(str(error)) from None
        self._pending = self._inflate.unconsumed_tail or self._inflate.unused_data
        return data

    def _end(self) -> int:
        if self._began and not self._inflate.eof:
            raise self._damaged("it ends before its compressed data do")
        return 0

    def _damaged(self, what: str) -> errors.OpError:
        return errors.DataLossError(
            None,
            None,
            f"{self._name} is no intact {self._type} file: {what}, near byte {self._file.tell()}. Was it written with "
            "another compression, or copied in part?",
        )


class Writer:
    """Compresses what is written into a binary file object, which stays the caller's to close."""

    def __init__(self, file: BinaryIO, compression_type: str, level: int = -1, strategy: int = 0, mem_level: int = 8):
        self._file = file
        self._deflate = zlib.compressobj(level, zlib.DEFLATED, _WINDOW[compression_type], mem_level, strategy)

    def write(self, data: bytes) -> int:
        self._file.write(self._deflate.compress(data))
        return len(data)

    def flush(self) -> None:
        """Make what was written so far readable."""
        self._file.write(self._deflate.flush(zlib.Z_SYNC_FLUSH))

    def finish(self) -> None:
        """Write the end; nothing may follow."""
        self._file.write(self._deflate.flush())

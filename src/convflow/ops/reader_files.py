"""The records of files as readers see them: lines, TFRecords, pieces of one size, whole files."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from convflow.core import errors
from convflow.core.compat import as_bytes
from convflow.formats import gfile, tfrecord
from convflow.ops.reader_resource import Record

# A record of a TFRecord file has twelve bytes before it and four after it.
_FRAME = 16


def identity(work: str) -> Iterator[Record]:
    """The work item itself, as key and as value."""
    yield as_bytes(work), as_bytes(work)


def whole_file(path: str) -> Iterator[Record]:
    """The file's path and its bytes."""
    with gfile.GFile(path, "rb") as file:
        contents = file.read()
    yield as_bytes(path), contents


def lines(path: str, skipped: int) -> Iterator[Record]:
    """Lines without their ends, after the first `skipped`; the key ends with the line's number, from 1."""
    with gfile.GFile(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if number > skipped:
                yield _key(path, number), line.removesuffix(b"\n").removesuffix(b"\r")


def tf_records(path: str, compression: str) -> Iterator[Record]:
    """The records of a TFRecord file; the key ends with where in the file they begin."""
    with gfile.GFile(path, "rb") as file:
        offset = 0
        for record in tfrecord.read_records(decompressed(file, compression), path):
            yield _key(path, offset), record
            offset += len(record) + _FRAME


def pieces(path: str, size: int, header: int, footer: int, hop: int, encoding: str) -> Iterator[Record]:
    """Pieces of `size` bytes every `hop` bytes (0: one after the other), between a header and a footer."""
    with gfile.GFile(path, "rb") as file:
        data = decompressed(file, encoding).read()
    end = len(data) - footer
    for number, start in enumerate(range(header, end - size + 1, hop or size)):
        yield _key(path, number), data[start : start + size]


def _key(path: str, number: int) -> bytes:
    return as_bytes(f"{path}:{number}")


def decompressed(file: Any, compression: str) -> BinaryIO:
    """A file as if it were not compressed: `compression` is "", "GZIP" or "ZLIB"."""
    if not compression:
        return file
    try:
        data = file.read()
        return io.BytesIO(gzip.decompress(data) if compression == "GZIP" else zlib.decompress(data))
    except (OSError, EOFError, zlib.error) as error:
        raise errors.DataLossError(
            None,
            None,
            f"{file.name} is not compressed with {compression}, or damaged: {error}. Pass the compression it was "
            "written with.",
        ) from error

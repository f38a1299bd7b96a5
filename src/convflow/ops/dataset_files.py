"""The nodes of datasets that read files (API: tf.data.TFRecordDataset, TextLineDataset, FixedLengthRecordDataset)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np

from convflow.core import errors
from convflow.core.shape import TensorShape, scalar
from convflow.formats import compression, files, record_file
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.dataset_elements import Element, Values
from convflow.ops.dataset_streams import Recipe, Stream

_BUFFER = 1 << 18
_LONGEST_LINE = 1 << 31
Reader = Callable[[str], Iterator[bytes]]


class _Strings(Iterator[Element]):
    """The strings in several files. A file that fails is left at its error, and the next call goes on after it."""

    def __init__(self, paths: list[str], read: Reader) -> None:
        self._paths = iter(paths)
        self._read = read
        self._current: Iterator[bytes] | None = None

    def __next__(self) -> Element:
        while True:
            if self._current is None:
                self._current = self._read(next(self._paths))
            try:
                item = next(self._current, None)
            except errors.OpError:
                self._current = None
                raise
            if item is not None:
                value = np.empty((), dtype=object)
                value[()] = item
                return Values((value,))
            self._current = None


def _recipe(filenames: np.ndarray, read: Reader) -> Recipe:
    paths = [os.fsdecode(name) for name in filenames.reshape(-1)]
    return Recipe(lambda: Stream(lambda: _Strings(paths, read)), computes=True)


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    if (ctx.input(0).rank or 0) > 1:
        raise ValueError(f"filenames must be a scalar or vector, got the shape {ctx.input(0)}.")
    for index in range(1, ctx.num_inputs):
        rules.with_rank(ctx.input(index), 0, f"input {index}")
    return [scalar()]


def buffered(buffer_size: Any) -> int:
    return int(buffer_size) or _BUFFER


def _records(filenames: np.ndarray, compression_type: np.ndarray, buffer_size: Any) -> Recipe:
    kind, buffer = compression.checked(compression_type.item().decode()), buffered(buffer_size)
    return _recipe(filenames, lambda path: record_file.read_file(path, kind, buffer))


def _lines(filenames: np.ndarray, compression_type: np.ndarray, buffer_size: Any) -> Recipe:
    kind, buffer = compression.checked(compression_type.item().decode()), buffered(buffer_size)

    def read(path: str) -> Iterator[bytes]:
        with files.os_errors("read the text file", path), open(path, "rb", buffer) as file:
            for line in bounded_lines(file, kind, path) if kind else file:
                yield line.removesuffix(b"\n").replace(b"\r", b"")

    return _recipe(filenames, read)


def bounded_lines(file: BinaryIO, kind: str, path: str) -> Iterator[bytes]:
    """The lines of a compressed file, which may grow to any length."""
    source, place = compression.reader(file, kind, path), 0
    while True:
        try:
            line = source.readline(_LONGEST_LINE)
        except MemoryError:
            line = None
        if line is None or len(line) == _LONGEST_LINE:
            raise errors.ResourceExhaustedError(
                None,
                None,
                f"The line at byte {place} of {path}, decompressed, has {_LONGEST_LINE} bytes or more, or more than "
                "there is memory for. Is it a text file, from someone you trust?",
            )
        if not line:
            return
        place += len(line)
        yield line


def _fixed(
    filenames: np.ndarray,
    header_bytes: Any,
    record_bytes: Any,
    footer_bytes: Any,
    buffer_size: Any,
    compression_type: np.ndarray | None = None,
) -> Recipe:
    header, size, footer = int(header_bytes), int(record_bytes), int(footer_bytes)
    for name, value, least in (("header_bytes", header, 0), ("record_bytes", size, 1), ("footer_bytes", footer, 0)):
        if value < least:
            raise errors.InvalidArgumentError(None, None, f"`{name}` must be >= {least}, got {value}.")
    kind = "" if compression_type is None else compression.checked(compression_type.item().decode())
    buffer = buffered(buffer_size)

    def read(path: str) -> Iterator[bytes]:
        with files.os_errors("read the file", path), open(path, "rb", buffer) as file:
            if kind:
                yield from _fixed_stream(compression.reader(file, kind, path), path, header, size, footer)
                return
            body = os.fstat(file.fileno()).st_size - header - footer
            if body < 0 or body % size:
                raise _not_whole(path, body, size)
            file.seek(header)
            for _ in range(body // size):
                yield file.read(size)

    return _recipe(filenames, read)


def _fixed_stream(file: BinaryIO, path: str, header: int, size: int, footer: int) -> Iterator[bytes]:
    # The length is not known before the end: always keep a footer's worth of bytes back.
    file.read(header)
    kept = file.read(footer)
    while data := file.read(size):
        whole = kept + data
        if len(data) < size:
            raise _not_whole(path, len(data), size)
        yield whole[:size]
        kept = whole[size:]


def _not_whole(path: str, body: int, size: int) -> errors.OpError:
    return errors.InvalidArgumentError(
        None,
        None,
        f"File {path} has body length {body} bytes, which is not an exact multiple of the record length ({size} "
        "bytes). Check header_bytes, record_bytes and footer_bytes against how the file was made.",
    )


def _register(name: str, inputs: str, kernel: Callable[..., Recipe]) -> None:
    def made(op: Operation, store: Any) -> Callable[..., Recipe]:
        return kernel

    register_op(
        name,
        inputs=f"filenames: string; {inputs}",
        outputs="handle: variant",
        shape=_shape,
        kernel=made,
        gradient=NO_GRADIENT,
        stateful=True,
    )


_register("TFRecordDataset", "compression_type: string; buffer_size: int64", _records)
_register("TextLineDataset", "compression_type: string; buffer_size: int64", _lines)
_FIXED = "header_bytes: int64; record_bytes: int64; footer_bytes: int64; buffer_size: int64"
_register("FixedLengthRecordDataset", _FIXED, _fixed)
_register("FixedLengthRecordDatasetV2", f"{_FIXED}; compression_type: string", _fixed)

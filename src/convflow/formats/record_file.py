"""Record files (API: tf.python_io.TFRecordWriter, tf_record_iterator and their options)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO

from convflow.core import errors
from convflow.formats import compression, files, tfrecord

_BUFFER = 1 << 18


class TFRecordCompressionType:
    """How a record file is compressed (API: tf.python_io.TFRecordCompressionType)."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


_NAMES = {
    TFRecordCompressionType.NONE: compression.NONE,
    TFRecordCompressionType.ZLIB: compression.ZLIB,
    TFRecordCompressionType.GZIP: compression.GZIP,
}


class TFRecordOptions:
    """Options of record files (API: tf.python_io.TFRecordOptions).

    Args:
        compression_type: "GZIP", "ZLIB", "" or None, or one of `TFRecordCompressionType`.
        flush_mode, input_buffer_size, output_buffer_size, window_bits: accepted, without effect on the contents.
        compression_level: 0 to 9, zlib's own choice by default.
        compression_method: accepted; there is one.
        mem_level, compression_strategy: zlib's.

    Raises:
        ValueError: another compression type.
    """

    compression_type_map = _NAMES

    def __init__(
        self,
        compression_type: Any = None,
        flush_mode: int | None = None,
        input_buffer_size: int | None = None,
        output_buffer_size: int | None = None,
        window_bits: int | None = None,
        compression_level: int | None = None,
        compression_method: int | None = None,
        mem_level: int | None = None,
        compression_strategy: int | None = None,
    ) -> None:
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size = input_buffer_size
        self.output_buffer_size = output_buffer_size
        self.window_bits = window_bits
        self.compression_level = compression_level
        self.compression_method = compression_method
        self.mem_level = mem_level
        self.compression_strategy = compression_strategy

    @classmethod
    def get_compression_type_string(cls, options: Any) -> str:
        """The name of a compression: "", "ZLIB" or "GZIP"; of options, a type or a name.

        Raises:
            ValueError: there is none of this name or number.
        """
        if not options:
            return compression.NONE
        if isinstance(options, TFRecordOptions):
            return cls.get_compression_type_string(options.compression_type)
        if isinstance(options, int):
            options = _NAMES.get(options, options)
        if options in compression.TYPES:
            return options
        raise ValueError(f'Not a valid compression_type: "{options}". Expected "GZIP", "ZLIB" or "".')


class TFRecordWriter:
    """Writes a record file (API: tf.python_io.TFRecordWriter). A context manager that closes it.

    Args:
        path: the file, which is made anew.
        options: a `TFRecordOptions`, a compression's name or type.

    Raises:
        NotFoundError, PermissionDeniedError: the file cannot be made.
        ResourceExhaustedError: (in writing) the disk is full.
    """

    def __init__(self, path: str | os.PathLike[str], options: Any = None) -> None:
        self._path = os.fspath(path)
        chosen = options if isinstance(options, TFRecordOptions) else TFRecordOptions(options)
        kind = TFRecordOptions.get_compression_type_string(chosen)
        with self._errors():
            self._file: BinaryIO | None = open(self._path, "wb", _BUFFER)  # noqa: SIM115
        self._compressed: compression.Writer | None = None
        if kind:
            level = -1 if chosen.compression_level is None else chosen.compression_level
            strategy, memory = chosen.compression_strategy or 0, chosen.mem_level or 8
            self._compressed = compression.Writer(self._file, kind, level, strategy, memory)
        target: Any = self._compressed or self._file
        self._records = tfrecord.RecordWriter(target)

    def _errors(self) -> Any:
        return files.os_errors("write the record file", self._path)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise errors.FailedPreconditionError(
                None, None, f"Writer is closed: {self._path}. Make a new TFRecordWriter; it begins an empty file."
            )
        return self._file

    def write(self, record: bytes | str) -> None:
        """Append a record; text becomes UTF-8."""
        self._opened()
        with self._errors():
            self._records.write(record.encode() if isinstance(record, str) else bytes(record))

    def flush(self) -> None:
        """Hand everything to the operating system."""
        file = self._opened()
        with self._errors():
            if self._compressed is not None:
                self._compressed.flush()
            file.flush()

    def close(self) -> None:
        """Finish the file; closing twice does nothing."""
        if self._file is None:
            return
        file, self._file = self._file, None
        with self._errors(), file:
            if self._compressed is not None:
                self._compressed.finish()

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def tf_record_iterator(path: str | os.PathLike[str], options: Any = None) -> Iterator[bytes]:
    """The records of a file, one after the other (API: tf.python_io.tf_record_iterator).

    Args:
        path: of the file.
        options: a `TFRecordOptions`, or a compression type of it; None for no compression.

    Yields:
        Each record's bytes.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: it is damaged or cut short; the message says where.
    """
    return read_file(os.fspath(path), TFRecordOptions.get_compression_type_string(options))


def read_file(path: str, compression_type: str = "", buffer_size: int = _BUFFER) -> Iterator[bytes]:
    """The records of a file; see `tf_record_iterator`."""
    with files.os_errors("read the record file", path), open(path, "rb", max(buffer_size, 1)) as file:
        yield from tfrecord.read_records(compression.reader(file, compression_type, path), path)

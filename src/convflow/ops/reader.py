"""Readers of files whose names a queue gives (API: tf.TFRecordReader, tf.TextLineReader, tf.WholeFileReader, ...)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import values
from convflow.core.compat import as_str_any
from convflow.core.shape import TensorShape, scalar, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import reader_files, rules
from convflow.ops.queue_resource import QueueResource
from convflow.ops.reader_resource import ReaderResource, Record

_COMPRESSIONS = ("", "GZIP", "ZLIB")


class ReaderReadV2(NamedTuple):
    """One record."""

    key: Tensor
    value: Tensor


class ReaderReadUpToV2(NamedTuple):
    """Some records."""

    keys: Tensor
    values: Tensor


class ReaderBase:
    """What all readers can do (API: tf.ReaderBase).

    Args:
        reader_ref: the reader's handle.
        supports_serialize: whether its state can be saved.
    """

    def __init__(self, reader_ref: Tensor, supports_serialize: bool = False) -> None:
        self._reader_ref = reader_ref
        self._supports_serialize = supports_serialize

    @property
    def reader_ref(self) -> Tensor:
        """The reader's handle."""
        return self._reader_ref

    @property
    def supports_serialize(self) -> bool:
        """Whether `serialize_state` and `restore_state` work."""
        return self._supports_serialize

    def read(self, queue: Any, name: str | None = None) -> ReaderReadV2:
        """The next record (API: tf.ReaderBase.read).

        Args:
            queue: a queue of file names, or its handle. The reader takes a name when it is through with a file.

        Returns:
            Its key, which names file and place, and its value: string scalars.

        Raises:
            OutOfRangeError: (when run) the queue is closed and empty.
        """
        return ReaderReadV2(
            *apply_op("ReaderReadV2", reader_handle=self._reader_ref, queue_handle=_handle(queue), name=name)
        )

    def read_up_to(self, queue: Any, num_records: Any, name: str | None = None) -> ReaderReadUpToV2:
        """Up to `num_records` records, of one file (API: tf.ReaderBase.read_up_to).

        Returns:
            Their keys and values: two vectors of strings.
        """
        return ReaderReadUpToV2(
            *apply_op(
                "ReaderReadUpToV2",
                reader_handle=self._reader_ref,
                queue_handle=_handle(queue),
                num_records=num_records,
                name=name,
            )
        )

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """How many records were read, an int64 scalar."""
        return apply_op("ReaderNumRecordsProducedV2", reader_handle=self._reader_ref, name=name)

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """How many files were read to the end, an int64 scalar."""
        return apply_op("ReaderNumWorkUnitsCompletedV2", reader_handle=self._reader_ref, name=name)

    def serialize_state(self, name: str | None = None) -> Tensor:
        """The reader's state, a string scalar; UnimplementedError (when run) if it cannot be saved."""
        return apply_op("ReaderSerializeStateV2", reader_handle=self._reader_ref, name=name)

    def restore_state(self, state: Any, name: str | None = None) -> Operation:
        """Go back to a state that `serialize_state` gave."""
        return apply_op("ReaderRestoreStateV2", reader_handle=self._reader_ref, state=state, name=name)

    def reset(self, name: str | None = None) -> Operation:
        """Back to the start."""
        return apply_op("ReaderResetV2", reader_handle=self._reader_ref, name=name)


def _handle(queue: Any) -> Tensor:
    return queue if isinstance(queue, Tensor) else queue.queue_ref


class WholeFileReader(ReaderBase):
    """One record for each file: its name and its bytes (API: tf.WholeFileReader)."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(apply_op("WholeFileReaderV2", name=name), supports_serialize=True)


class TextLineReader(ReaderBase):
    """One record for each line, without its end; keys are "file:line number" (API: tf.TextLineReader).

    Args:
        skip_header_lines: how many lines at the start of each file are left out.
    """

    def __init__(self, skip_header_lines: int | None = None, name: str | None = None) -> None:
        super().__init__(apply_op("TextLineReaderV2", skip_header_lines=skip_header_lines, name=name))


class FixedLengthRecordReader(ReaderBase):
    """Records of one size; keys are "file:record number" (API: tf.FixedLengthRecordReader).

    Args:
        record_bytes: a record's size.
        header_bytes, footer_bytes: what is left out at the start and the end of each file.
        hop_bytes: from the start of one record to the next, if they overlap.
        encoding: "" or None, "GZIP" or "ZLIB".
    """

    def __init__(
        self,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        hop_bytes: int | None = None,
        name: str | None = None,
        encoding: str | None = None,
    ) -> None:
        handle = apply_op(
            "FixedLengthRecordReaderV2",
            record_bytes=record_bytes,
            header_bytes=header_bytes,
            footer_bytes=footer_bytes,
            hop_bytes=hop_bytes,
            encoding=encoding,
            name=name,
        )
        super().__init__(handle)


class TFRecordReader(ReaderBase):
    """The records of TFRecord files; keys are "file:offset" (API: tf.TFRecordReader).

    Args:
        options: `tf.python_io.TFRecordOptions`, which names the compression.
    """

    def __init__(self, name: str | None = None, options: Any = None) -> None:
        super().__init__(apply_op("TFRecordReaderV2", name=name, compression_type=_compression(options)))


def _compression(options: Any) -> str:
    if options is None:
        return ""
    kind = getattr(options, "compression_type", options)
    if isinstance(kind, int) and 0 <= kind < 3:
        return ("", "ZLIB", "GZIP")[kind]
    if kind not in (None, *_COMPRESSIONS):
        raise ValueError(f"Not a compression: {kind!r}. Pass tf.python_io.TFRecordOptions of '', 'GZIP' or 'ZLIB'.")
    return kind or ""


class IdentityReader(ReaderBase):
    """The queue's elements themselves, as keys and as values (API: tf.IdentityReader)."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(apply_op("IdentityReaderV2", name=name), supports_serialize=True)


# Nodes

_Records = Callable[[str], Iterator[Record]]


def _register_reader(
    op_type: str, attrs: str, records: Callable[[Operation], _Records], keeps_state: bool = False
) -> None:
    def kernel(op: Operation, store: Any) -> Callable[[], ReaderResource]:
        shared_name = as_str_any(op.attrs["shared_name"])
        key = ("reader", as_str_any(op.attrs["container"]), shared_name) if shared_name else ("reader", op.name)
        return lambda: store.resource(
            key, lambda: ReaderResource(shared_name or op.name, records(op), keeps_state=keeps_state)
        )

    register_op(
        op_type,
        outputs="reader_handle: resource",
        attrs=attrs,
        shape=rules.scalar_output,
        kernel=kernel,
        gradient=NO_GRADIENT,
        stateful=True,
    )


_NAMES = "container: string = ''; shared_name: string = ''"


def _lines(op: Operation) -> _Records:
    return lambda path: reader_files.lines(path, op.attrs["skip_header_lines"])


def _tf_records(op: Operation) -> _Records:
    return lambda path: reader_files.tf_records(path, as_str_any(op.attrs["compression_type"]))


def _pieces(op: Operation) -> _Records:
    record, header, footer, hop = [op.attrs[f"{part}_bytes"] for part in ("record", "header", "footer", "hop")]
    return lambda path: reader_files.pieces(path, record, header, footer, hop, as_str_any(op.attrs["encoding"]))


_register_reader("IdentityReaderV2", _NAMES, lambda op: reader_files.identity, keeps_state=True)
_register_reader("WholeFileReaderV2", _NAMES, lambda op: reader_files.whole_file, keeps_state=True)
_register_reader("TextLineReaderV2", f"skip_header_lines: int = 0; {_NAMES}", _lines)
_register_reader("TFRecordReaderV2", f"{_NAMES}; compression_type: string = ''", _tf_records)
_register_reader(
    "FixedLengthRecordReaderV2",
    f"header_bytes: int = 0; record_bytes: int; footer_bytes: int = 0; hop_bytes: int = 0; {_NAMES}; "
    "encoding: string = ''",
    _pieces,
)


def _text(value: bytes) -> np.ndarray:
    return np.array(value, dtype=object)


def _read(reader: ReaderResource, queue: QueueResource) -> tuple[np.ndarray, np.ndarray]:
    key, value = reader.read(queue)
    return _text(key), _text(value)


def _read_up_to(
    reader: ReaderResource, queue: QueueResource, num_records: torch.Tensor
) -> tuple[np.ndarray, np.ndarray]:
    if int(num_records) < 1:
        raise ValueError(f"num_records must be positive, got {int(num_records)}.")
    records = reader.read_up_to(queue, int(num_records))
    keys, contents = zip(*records, strict=True)
    return values.as_bytes_array(keys), values.as_bytes_array(contents)


def _read_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [scalar(), scalar()]


def _read_up_to_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(2), 0, "num_records")
    return [unknown_shape(1), unknown_shape(1)]


def _state_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "state")
    return []


def _register(op_type: str, inputs: str, outputs: str, shape: Any, kernel: Callable[..., Any]) -> None:
    register_op(
        op_type,
        inputs=f"reader_handle: resource{inputs}",
        outputs=outputs,
        shape=shape,
        kernel=lambda op, store: kernel,
        gradient=NO_GRADIENT,
        stateful=True,
    )


_register("ReaderReadV2", "; queue_handle: resource", "key: string; value: string", _read_shape, _read)
_register(
    "ReaderReadUpToV2",
    "; queue_handle: resource; num_records: int64",
    "keys: string; values: string",
    _read_up_to_shape,
    _read_up_to,
)
_register(
    "ReaderNumRecordsProducedV2",
    "",
    "records_produced: int64",
    rules.scalar_output,
    lambda reader: torch.tensor(reader.records_produced()),
)
_register(
    "ReaderNumWorkUnitsCompletedV2",
    "",
    "units_completed: int64",
    rules.scalar_output,
    lambda reader: torch.tensor(reader.work_units_completed()),
)
_register("ReaderSerializeStateV2", "", "state: string", rules.scalar_output, lambda reader: _text(reader.state()))
_register(
    "ReaderRestoreStateV2", "; state: string", "", _state_shape, lambda reader, state: reader.restore(state.item())
)
_register("ReaderResetV2", "", "", rules.no_output, lambda reader: reader.reset())

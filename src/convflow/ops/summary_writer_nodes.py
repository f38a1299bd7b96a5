"""The nodes that write summaries to event files (API: what tf.contrib.summary builds in a graph)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2

from convflow.core import dtypes, errors, values
from convflow.core.compat import as_str_any
from convflow.core.shape import TensorShape
from convflow.formats import tensor_proto
from convflow.formats.queued_events import QueuedEvents
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.summary import histogram_message, image_message, scalar_message
from convflow.ops.summary_audio import audio_message
from convflow.ops.types import REAL


class WriterResource:
    """A writer of one session, which has a file from when it is initialized until it is closed.

    Args:
        name: what messages call it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._events: QueuedEvents | None = None

    def open(self, logdir: str, max_queue: int, flush_millis: int, filename_suffix: str) -> None:
        """Make the file, unless there is one."""
        if self._events is None:
            self._events = QueuedEvents(logdir, max_queue, flush_millis, filename_suffix)

    @property
    def events(self) -> QueuedEvents:
        """The file; NotFoundError without one."""
        if self._events is None:
            raise errors.NotFoundError(
                None,
                None,
                f"The summary writer {self.name} does not exist: it was not initialized, or was closed. Run "
                "tf.contrib.summary.initialize, or the writer's init(), in this session first.",
            )
        return self._events

    def close(self) -> None:
        """Flush and close the file."""
        self.events.close()
        self._events = None

    def cancel(self) -> None:
        """The session closes."""
        if self._events is not None:
            self._events.close()


def _writer_kernel(op: Operation, store: Any) -> Callable[[], WriterResource]:
    name = as_str_any(op.attrs["shared_name"])
    key = ("summary_writer", as_str_any(op.attrs["container"]), name) if name else ("summary_writer", op.name)
    return lambda: store.resource(key, lambda: WriterResource(name or op.name))


register_op(
    "SummaryWriter",
    outputs="writer: resource",
    attrs="shared_name: string = ''; container: string = ''",
    shape=rules.scalar_output,
    kernel=_writer_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _create_kernel(op: Operation, store: Any) -> Callable[..., None]:
    def create(writer: WriterResource, logdir: Any, max_queue: Any, flush_millis: Any, suffix: Any) -> None:
        writer.open(as_str_any(logdir.item()), int(max_queue), int(flush_millis), as_str_any(suffix.item()))

    return create


def _scalars_rule(ctx: InferenceContext) -> list[TensorShape]:
    """All inputs are scalars."""
    for index, name in enumerate(("logdir", "max_queue", "flush_millis", "filename_suffix"), 1):
        rules.with_rank(ctx.input(index), 0, name)
    return []


def _register(op_type: str, inputs: str, shape: Any, kernel: Any, attrs: str = "") -> None:
    register_op(
        op_type,
        inputs=f"writer: resource{inputs}",
        attrs=attrs,
        shape=shape,
        kernel=kernel,
        gradient=NO_GRADIENT,
        stateful=True,
    )


_register(
    "CreateSummaryFileWriter",
    "; logdir: string; max_queue: int32; flush_millis: int32; filename_suffix: string",
    _scalars_rule,
    _create_kernel,
)
_register("FlushSummaryWriter", "", rules.no_output, lambda op, store: lambda writer: writer.events.flush())
_register("CloseSummaryWriter", "", rules.no_output, lambda op, store: lambda writer: writer.close())


# Writing


def _write(writer: WriterResource, step: Any, **content: Any) -> None:
    writer.events.write(event_pb2.Event(wall_time=time.time(), step=int(step), **content))


def _message(serialized: Any) -> summary_pb2.Summary:
    return summary_pb2.Summary.FromString(serialized.item())


def _scalar_kernel(op: Operation, store: Any) -> Callable[..., None]:
    return lambda writer, step, tag, value: _write(writer, step, summary=_message(scalar_message(tag, value)))


def _histogram_kernel(op: Operation, store: Any) -> Callable[..., None]:
    make = histogram_message(op)
    return lambda writer, step, tag, numbers: _write(writer, step, summary=_message(make(tag, numbers)))


def _image_kernel(op: Operation, store: Any) -> Callable[..., None]:
    most = op.attrs["max_images"]

    def write(writer: WriterResource, step: Any, tag: Any, tensor: Any, bad_color: Any) -> None:
        serialized = image_message(tag, tensor, most, values.to_numpy(bad_color))
        _write(writer, step, summary=_message(serialized))

    return write


def _audio_kernel(op: Operation, store: Any) -> Callable[..., None]:
    make = audio_message(op)
    return lambda writer, step, tag, clips, rate: _write(writer, step, summary=_message(make(tag, clips, rate)))


def _tensor_kernel(op: Operation, store: Any) -> Callable[..., None]:
    dtype = op.attrs["T"].base_dtype

    def write(writer: WriterResource, step: Any, tensor: Any, tag: Any, metadata: Any) -> None:
        summary = summary_pb2.Summary()
        value = summary.value.add(tag=as_str_any(tag.item()), tensor=_tensor(values.to_numpy(tensor), dtype))
        if metadata.item():
            value.metadata.CopyFrom(summary_pb2.SummaryMetadata.FromString(metadata.item()))
        _write(writer, step, summary=summary)

    return write


def _tensor(array: np.ndarray, dtype: dtypes.DType) -> tensor_pb2.TensorProto:
    """Numbers as memory, however few; strings in their own field."""
    if dtype == dtypes.string:
        return tensor_proto.make_tensor_proto(array)
    content = np.asarray(array, order="C").tobytes()
    shape = TensorShape(array.shape).as_proto()
    return tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=shape, tensor_content=content)


def _graph_kernel(op: Operation, store: Any) -> Callable[..., None]:
    return lambda writer, step, graph: _write(writer, step, graph_def=graph.item())


def _raw_kernel(op: Operation, store: Any) -> Callable[..., None]:
    def write(writer: WriterResource, step: Any, serialized: Any) -> None:
        _write(writer, step, summary=_parsed(summary_pb2.Summary, serialized.item()))

    return write


def _import_kernel(op: Operation, store: Any) -> Callable[..., None]:
    return lambda writer, event: writer.events.write(_parsed(event_pb2.Event, event.item()))


def _parsed(kind: Any, data: bytes) -> Any:
    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise errors.InvalidArgumentError(
            None, None, f"{len(data)} bytes are no {kind.__name__} ({error}). Expected a serialized {kind.__name__}."
        ) from None


def _step_and_tag(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "step")
    rules.with_rank(ctx.input(2), 0, "tag")
    return []


def _step_and_scalar(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(3), 0, "value")
    return _step_and_tag(ctx)


def _step_alone(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "step")
    return []


_register(
    "WriteScalarSummary",
    "; step: int64; tag: string; value: T",
    _step_and_scalar,
    _scalar_kernel,
    f"T: type in {{{REAL}}}",
)
_register(
    "WriteHistogramSummary",
    "; step: int64; tag: string; values: T",
    _step_and_tag,
    _histogram_kernel,
    f"T: type = float in {{{REAL}, bool}}",
)
_register(
    "WriteImageSummary",
    "; step: int64; tag: string; tensor: T; bad_color: uint8",
    _step_and_tag,
    _image_kernel,
    "max_images: int = 3 >= 1; T: type = float in {uint8, double, float, half}",
)
_register(
    "WriteAudioSummary",
    "; step: int64; tag: string; tensor: float; sample_rate: float",
    _step_and_tag,
    _audio_kernel,
    "max_outputs: int = 3 >= 1",
)
_register(
    "WriteSummary",
    "; step: int64; tensor: T; tag: string; summary_metadata: string",
    _step_alone,
    _tensor_kernel,
    "T: type",
)
_register("WriteGraphSummary", "; step: int64; tensor: string", _step_alone, _graph_kernel)
_register("WriteRawProtoSummary", "; step: int64; tensor: string", _step_alone, _raw_kernel)
_register("ImportEvent", "; event: string", rules.no_output, _import_kernel)

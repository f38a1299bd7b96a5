"""Summaries that programs write as they go (API: tf.contrib.summary).

A summary is written where a writer is the default one and recording is on, both said by blocks; else its function does
nothing. In a graph it is a node that does so when it is run.
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tensorboard.compat.proto import event_pb2, summary_pb2

from convflow.core import errors
from convflow.formats import tensor_proto
from convflow.formats.queued_events import QueuedEvents
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import executing_eagerly, get_collection, name_scope
from convflow.ops import summary, summary_audio
from convflow.training import summaries_graph as in_graph
from convflow.training.global_step import get_global_step, get_or_create_global_step
from convflow.training.summary_state import here, recording, writing_to


class SummaryWriter:
    """Writes events to a file of a folder (API: tf.contrib.summary.SummaryWriter).

    Args:
        logdir: the folder.
        max_queue: events that wait before they are handed to the operating system.
        flush_millis: how long they wait.
        filename_suffix: the end of the file's name.
    """

    def __init__(self, logdir: str, max_queue: int, flush_millis: int, filename_suffix: str) -> None:
        self._events = QueuedEvents(logdir, max_queue, flush_millis, filename_suffix)
        self._is_closed = False
        # Programs forget to close it.
        weakref.finalize(self, self._events.close)

    def set_as_default(self) -> None:
        """Summaries go to it from here on."""
        here.writer = self

    @contextmanager
    def as_default(self) -> Iterator[SummaryWriter]:
        """Summaries of the block go to it; it is flushed at the end."""
        with writing_to(self):
            try:
                yield self
            finally:
                if not self._is_closed:
                    self.flush()

    def add(self, value: summary_pb2.Summary, step: int) -> None:
        """Write a summary; FailedPreconditionError when the writer is closed."""
        self.write(event_pb2.Event(wall_time=time.time(), step=step, summary=value))

    def write(self, event: event_pb2.Event) -> None:
        """Write an event; FailedPreconditionError when the writer is closed."""
        self._events.write(event)

    def init(self) -> None:
        """Nothing: the file is there."""

    def flush(self) -> None:
        """Hand what waits to the operating system."""
        self._events.flush()

    def close(self) -> None:
        """Flush and close; closing twice does nothing."""
        self._events.close()
        self._is_closed = True


class NoWriter:
    """What `create_file_writer` gives for no folder: a writer that writes nothing, and is never the default one."""

    def set_as_default(self) -> None:
        """Nothing."""

    @contextmanager
    def as_default(self) -> Iterator[NoWriter]:
        """Nothing changes within the block."""
        yield self

    def init(self) -> None:
        """Nothing."""

    def flush(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def create_file_writer(
    logdir: str | None,
    max_queue: int | None = None,
    flush_millis: int | None = None,
    filename_suffix: str | None = None,
    name: str | None = None,
) -> SummaryWriter | in_graph.GraphSummaryWriter | NoWriter:
    """A writer for a folder (API: tf.contrib.summary.create_file_writer).

    Args:
        logdir: the folder, made if need be; None for a writer that writes nothing.
        max_queue: events that wait before they are handed to the operating system, 10 by default.
        flush_millis: how long they wait, 2 minutes by default.
        filename_suffix: the end of the file's name, ".v2" by default.
        name: writers of one session with the same name are one; the folder's by default. Not used in eager mode.

    Returns:
        The writer; in a graph its file is made when `tf.contrib.summary.initialize`, or its `init()`, runs.
    """
    if logdir is None:
        return NoWriter()
    if not executing_eagerly():
        return in_graph.create_file_writer(os.fspath(logdir), max_queue, flush_millis, filename_suffix, name)
    return SummaryWriter(
        logdir,
        10 if max_queue is None else int(max_queue),
        120_000 if flush_millis is None else int(flush_millis),
        ".v2" if filename_suffix is None else filename_suffix,
    )


def create_summary_file_writer(*args: Any, **kwargs: Any) -> Any:
    """`create_file_writer` under its first name (API: tf.contrib.summary.create_summary_file_writer).

    Args:
        args, kwargs: as of that function.
    """
    return create_file_writer(*args, **kwargs)


def eval_dir(model_dir: str, name: str | None = None) -> str:
    """The folder for summaries of an evaluation (API: tf.contrib.summary.eval_dir).

    Args:
        model_dir: the model's folder.
        name: of the evaluation, where there are several.
    """
    return os.path.join(model_dir, "eval" if not name else f"eval_{name}")


def always_record_summaries() -> Any:
    """Within the block all summaries are written (API: tf.contrib.summary.always_record_summaries)."""
    return recording(True)


def never_record_summaries() -> Any:
    """Within the block none is written (API: tf.contrib.summary.never_record_summaries)."""
    return recording(False)


def record_summaries_every_n_global_steps(n: int, global_step: Any = None) -> Any:
    """Within the block those of every so many steps are written.

    API: tf.contrib.summary.record_summaries_every_n_global_steps.

    Args:
        n: how many.
        global_step: a variable, `tf.train.get_or_create_global_step()` by default.
    """
    if not executing_eagerly():
        return recording(in_graph.every_n_global_steps(n, global_step))
    step = get_or_create_global_step() if global_step is None else global_step
    return recording(lambda: int(step) % n == 0)


def should_record_summaries() -> bool | Tensor:
    """Whether summaries are written now (API: tf.contrib.summary.should_record_summaries).

    Returns:
        A bool; in a graph a bool tensor.
    """
    return _is_recording() if executing_eagerly() else in_graph.should_record_summaries()


def _is_recording() -> bool:
    return bool(here.is_recording() if callable(here.is_recording) else here.is_recording)


def _write(name: str, family: str | None, step: Any, make: Callable[[str], Any]) -> None:
    writer = here.writer
    if writer is None or not _is_recording():
        return
    if step is None:
        step = get_global_step()
        if step is None:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"The summary {name} has no step: make one with tf.train.get_or_create_global_step(), or pass step=.",
            )
    with name_scope(f"{family}/{name}" if family else name) as scope:
        tag = f"{family}/{scope[:-1]}" if family else scope[:-1]
    value = make(tag)
    if isinstance(value, Tensor):
        value = summary_pb2.Summary.FromString(value.numpy())  # type: ignore[attr-defined]
    writer.add(value, int(step))


def scalar(name: str, tensor: Any, family: str | None = None, step: Any = None) -> Tensor | Operation | None:
    """Write one number (API: tf.contrib.summary.scalar).

    Args:
        name: the tag, after the name scopes around it.
        tensor: a real scalar.
        family: put in front of the tag.
        step: the global step by default.

    Raises:
        InvalidArgumentError: there is no step.
    """
    if not executing_eagerly():
        return in_graph.scalar(name, tensor, family, step)
    _write(name, family, step, lambda tag: summary.scalar_summary(tag, tensor))
    return None


def histogram(name: str, tensor: Any, family: str | None = None, step: Any = None) -> Tensor | Operation | None:
    """Write how values are distributed (API: tf.contrib.summary.histogram).

    Args:
        name: the tag, after the name scopes around it.
        tensor: real numbers, any shape.
        family: put in front of the tag.
        step: the global step by default.

    Raises:
        InvalidArgumentError: there is no step.
    """
    if not executing_eagerly():
        return in_graph.histogram(name, tensor, family, step)
    _write(name, family, step, lambda tag: summary.histogram_summary(tag, tensor))
    return None


def image(
    name: str,
    tensor: Any,
    bad_color: Any = None,
    max_images: int = 3,
    family: str | None = None,
    step: Any = None,
) -> Tensor | Operation | None:
    """Write the first pictures of a batch (API: tf.contrib.summary.image).

    Args:
        tensor: [batch, height, width, channels] of uint8 or a floating type.
        bad_color: of pixels that are not finite.
        max_images: how many pictures are written.

    The other arguments are as for `scalar`.
    """
    if not executing_eagerly():
        return in_graph.image(name, tensor, bad_color, max_images, family, step)
    _write(name, family, step, lambda tag: summary.image_summary(tag, tensor, max_images, bad_color))
    return None


def audio(
    name: str, tensor: Any, sample_rate: Any, max_outputs: int, family: str | None = None, step: Any = None
) -> Tensor | Operation | None:
    """Write clips of sound (API: tf.contrib.summary.audio).

    Args:
        tensor: [batch, frames] or [batch, frames, channels], from -1 to 1.
        sample_rate: frames a second.
        max_outputs: how many clips are written.

    The other arguments are as for `scalar`.
    """
    if not executing_eagerly():
        return in_graph.audio(name, tensor, sample_rate, max_outputs, family, step)
    _write(name, family, step, lambda tag: summary_audio.audio_summary(tag, tensor, sample_rate, max_outputs))
    return None


def generic(name: str, tensor: Any, metadata: Any = None, family: str | None = None, step: Any = None) -> Any:
    """Write a whole tensor (API: tf.contrib.summary.generic).

    Args:
        name: the tag, after the name scopes around it.
        tensor: of any type and shape.
        metadata: a `SummaryMetadata`, which says what of TensorBoard shows it.
        family: put in front of the tag.
        step: the global step by default.
    """
    if not executing_eagerly():
        return in_graph.generic(name, tensor, metadata, family, step)

    def make(tag: str) -> summary_pb2.Summary:
        whole = summary_pb2.Summary()
        array = convert_to_tensor(tensor).numpy()  # type: ignore[attr-defined]
        value = whole.value.add(tag=tag, tensor=tensor_proto.make_tensor_proto(array))
        if metadata is not None:
            value.metadata.ParseFromString(in_graph.serialized(metadata))
        return whole

    _write(name, family, step, make)
    return None


def graph(param: Any, step: Any = None, name: str | None = None) -> Operation | None:
    """Write a graph (API: tf.contrib.summary.graph).

    Args:
        param: in a graph a string tensor, a serialized `GraphDef`; in eager mode a `tf.Graph` or a `GraphDef`.
        step: the global step by default.
        name: of the node.

    Raises:
        TypeError: something else.
    """
    if not executing_eagerly():
        return in_graph.graph(param, step, name)
    definition = param.as_graph_def(add_shapes=True) if hasattr(param, "as_graph_def") else param
    if not hasattr(definition, "SerializeToString"):
        raise TypeError(f"graph() needs a tf.Graph or a GraphDef in eager mode, got {param!r}.")
    if here.writer is not None:
        at = int(get_or_create_global_step() if step is None else step)
        here.writer.write(event_pb2.Event(wall_time=time.time(), step=at, graph_def=definition.SerializeToString()))
    return None


def import_event(tensor: Any, name: str | None = None) -> Operation | None:
    """Write an event that is there already (API: tf.contrib.summary.import_event).

    Args:
        tensor: a string scalar, a serialized `Event`.
        name: of the node.

    Raises:
        InvalidArgumentError: (in a graph when run) the string is none.
    """
    if not executing_eagerly():
        return in_graph.import_event(tensor, name)
    if here.writer is not None:
        text = convert_to_tensor(tensor).numpy()  # type: ignore[attr-defined]
        here.writer.write(event_pb2.Event.FromString(text))
    return None


def all_summary_ops() -> list[Any] | None:
    """The nodes that write the graph's summaries (API: tf.contrib.summary.all_summary_ops); None in eager mode."""
    return None if executing_eagerly() else get_collection(in_graph.SUMMARIES)


def all_v2_summary_ops() -> list[Any] | None:
    """The nodes that write the graph's summaries, those of `tf.contrib.summary`; None in eager mode.

    API: tf.summary.all_v2_summary_ops. Those of `tf.summary.scalar` and its kin are not among them.
    """
    return all_summary_ops()


def summary_writer_initializer_op() -> list[Any]:
    """The nodes that open the graph's writers (API: tf.contrib.summary.summary_writer_initializer_op).

    Raises:
        RuntimeError: in eager mode, where they are open.
    """
    if executing_eagerly():
        raise RuntimeError(
            "tf.contrib.summary.summary_writer_initializer_op is only supported in graph mode: in eager mode writers "
            "are open when they are made."
        )
    return get_collection(in_graph.WRITERS)


def flush(writer: Any = None, name: str | None = None) -> Operation | None:
    """Hand what waits to the operating system (API: tf.contrib.summary.flush).

    Args:
        writer: whose events; the default writer's if None.
        name: of the node, in a graph.
    """
    if not executing_eagerly():
        return in_graph.flush(writer, name)
    writer = here.writer if writer is None else writer
    if writer is not None:
        writer.flush()
    return None


def initialize(graph: Any = None, session: Any = None) -> None:
    """Open the writers of a graph (API: tf.contrib.summary.initialize, tf.summary.initialize).

    Nothing in eager mode, where they are open.

    Args:
        graph: a `tf.Graph` or a `GraphDef` to write to the default writer; None for none.
        session: where; the default session if None.

    Raises:
        RuntimeError: there is no default writer. ValueError: there is no session.
    """
    if not executing_eagerly():
        in_graph.initialize(graph, session)

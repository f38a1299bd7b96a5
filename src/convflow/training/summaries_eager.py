"""Summaries that eager programs write as they go (API: tf.contrib.summary).

A summary is written where a writer is the default one and recording is on, both said by blocks; else its function does
nothing.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tensorboard.compat.proto import event_pb2, summary_pb2

from convflow.core import errors
from convflow.formats.event import EventsWriter
from convflow.graph.scopes import executing_eagerly, name_scope
from convflow.ops import summary, summary_audio
from convflow.training.global_step import get_global_step, get_or_create_global_step


class _Here(threading.local):
    """Of this thread: the default writer, and whether its summaries are written."""

    writer: SummaryWriter | None = None
    is_recording: Callable[[], bool] | bool = False


_here = _Here()


class SummaryWriter:
    """Writes events to a file of a folder (API: tf.contrib.summary.SummaryWriter).

    Args:
        logdir: the folder.
        max_queue: events that wait before they are handed to the operating system.
        flush_millis: how long they wait.
        filename_suffix: the end of the file's name.
    """

    def __init__(self, logdir: str, max_queue: int, flush_millis: int, filename_suffix: str) -> None:
        self._events = EventsWriter(os.path.join(os.fspath(logdir), "events"), filename_suffix)
        self._max_queue, self._flush_seconds = max_queue, flush_millis / 1000
        self._waiting, self._flushed = 0, time.time()
        self._is_closed = False
        # Programs forget to close it.
        weakref.finalize(self, self._events.close)

    def set_as_default(self) -> None:
        """Summaries go to it from here on."""
        _here.writer = self

    @contextmanager
    def as_default(self) -> Iterator[SummaryWriter]:
        """Summaries of the block go to it; it is flushed at the end."""
        before, _here.writer = _here.writer, self
        try:
            yield self
        finally:
            _here.writer = before
            if not self._is_closed:
                self.flush()

    def add(self, value: summary_pb2.Summary, step: int) -> None:
        """Write a summary; FailedPreconditionError when the writer is closed."""
        self._events.write_event(event_pb2.Event(wall_time=time.time(), step=step, summary=value))
        self._waiting += 1
        if self._waiting > self._max_queue or time.time() - self._flushed >= self._flush_seconds:
            self.flush()

    def init(self) -> None:
        """Nothing: the file is there."""

    def flush(self) -> None:
        """Hand what waits to the operating system."""
        self._events.flush()
        self._waiting, self._flushed = 0, time.time()

    def close(self) -> None:
        """Flush and close; closing twice does nothing."""
        self._events.close()
        self._is_closed = True


def _refuse_graphs(name: str) -> None:
    if not executing_eagerly():
        raise NotImplementedError(
            f"tf.contrib.summary.{name} is there in eager mode only. In a graph use tf.summary with a "
            "tf.summary.FileWriter."
        )


def create_file_writer(
    logdir: str | None,
    max_queue: int | None = None,
    flush_millis: int | None = None,
    filename_suffix: str | None = None,
    name: str | None = None,
) -> SummaryWriter | None:
    """A writer for a folder (API: tf.contrib.summary.create_file_writer).

    Args:
        logdir: the folder, made if need be; None for no writer.
        max_queue: events that wait before they are handed to the operating system, 10 by default.
        flush_millis: how long they wait, 2 minutes by default.
        filename_suffix: the end of the file's name, ".v2" by default.
        name: is not used.

    Raises:
        NotImplementedError: outside of eager mode.
    """
    _refuse_graphs("create_file_writer")
    if logdir is None:
        return None
    return SummaryWriter(
        logdir,
        10 if max_queue is None else int(max_queue),
        120_000 if flush_millis is None else int(flush_millis),
        ".v2" if filename_suffix is None else filename_suffix,
    )


@contextmanager
def _recording(is_recording: Callable[[], bool] | bool) -> Iterator[None]:
    before, _here.is_recording = _here.is_recording, is_recording
    try:
        yield
    finally:
        _here.is_recording = before


def always_record_summaries() -> Any:
    """Within the block all summaries are written (API: tf.contrib.summary.always_record_summaries)."""
    return _recording(True)


def never_record_summaries() -> Any:
    """Within the block none is written (API: tf.contrib.summary.never_record_summaries)."""
    return _recording(False)


def record_summaries_every_n_global_steps(n: int, global_step: Any = None) -> Any:
    """Within the block those of every so many steps are written.

    API: tf.contrib.summary.record_summaries_every_n_global_steps.

    Args:
        n: how many.
        global_step: a variable, `tf.train.get_or_create_global_step()` by default.
    """
    _refuse_graphs("record_summaries_every_n_global_steps")
    step = get_or_create_global_step() if global_step is None else global_step
    return _recording(lambda: int(step) % n == 0)


def should_record_summaries() -> bool:
    """Whether summaries are written now (API: tf.contrib.summary.should_record_summaries)."""
    return _here.is_recording() if callable(_here.is_recording) else _here.is_recording


def _write(name: str, family: str | None, step: Any, make: Callable[[str], Any]) -> None:
    _refuse_graphs(make.__qualname__.partition(".")[0])
    writer = _here.writer
    if writer is None or not should_record_summaries():
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
    value = summary_pb2.Summary.FromString(make(tag).numpy())
    writer.add(value, int(step))


def scalar(name: str, tensor: Any, family: str | None = None, step: Any = None) -> None:
    """Write one number (API: tf.contrib.summary.scalar).

    Args:
        name: the tag, after the name scopes around it.
        tensor: a real scalar.
        family: put in front of the tag.
        step: the global step by default.

    Raises:
        InvalidArgumentError: there is no step. NotImplementedError: outside of eager mode.
    """
    _write(name, family, step, lambda tag: summary.scalar_summary(tag, tensor))


def histogram(name: str, tensor: Any, family: str | None = None, step: Any = None) -> None:
    """Write how values are distributed (API: tf.contrib.summary.histogram).

    Args:
        name: the tag, after the name scopes around it.
        tensor: real numbers, any shape.
        family: put in front of the tag.
        step: the global step by default.

    Raises:
        InvalidArgumentError: there is no step. NotImplementedError: outside of eager mode.
    """
    _write(name, family, step, lambda tag: summary.histogram_summary(tag, tensor))


def image(
    name: str,
    tensor: Any,
    bad_color: Any = None,
    max_images: int = 3,
    family: str | None = None,
    step: Any = None,
) -> None:
    """Write the first pictures of a batch (API: tf.contrib.summary.image).

    Args:
        tensor: [batch, height, width, channels] of uint8 or a floating type.
        bad_color: of pixels that are not finite.
        max_images: how many pictures are written.

    The other arguments are as for `scalar`.
    """
    _write(name, family, step, lambda tag: summary.image_summary(tag, tensor, max_images, bad_color))


def audio(
    name: str, tensor: Any, sample_rate: Any, max_outputs: int, family: str | None = None, step: Any = None
) -> None:
    """Write clips of sound (API: tf.contrib.summary.audio).

    Args:
        tensor: [batch, frames] or [batch, frames, channels], from -1 to 1.
        sample_rate: frames a second.
        max_outputs: how many clips are written.

    The other arguments are as for `scalar`.
    """
    _write(name, family, step, lambda tag: summary_audio.audio_summary(tag, tensor, sample_rate, max_outputs))


def flush(writer: SummaryWriter | None = None, name: str | None = None) -> None:
    """Hand what waits to the operating system (API: tf.contrib.summary.flush).

    Args:
        writer: whose events; the default writer's if None.
        name: is not used.
    """
    writer = _here.writer if writer is None else writer
    if writer is not None:
        writer.flush()


def initialize(graph: Any = None, session: Any = None) -> None:
    """Nothing in eager mode: writers are ready (API: tf.contrib.summary.initialize).

    Args:
        graph, session: are not used.

    Raises:
        NotImplementedError: outside of eager mode.
    """
    _refuse_graphs("initialize")

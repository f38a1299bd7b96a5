"""Writing summaries, graphs and logs for TensorBoard (API: tf.summary.FileWriter)."""

from __future__ import annotations

import os
import threading
import time
import warnings
from types import TracebackType
from typing import Any

from tensorboard.compat.proto import event_pb2, graph_pb2, meta_graph_pb2, summary_pb2

from convflow.formats.event import EventsWriter
from convflow.graph.graph import Graph
from convflow.graph.scopes import executing_eagerly, get_default_graph
from convflow.training.meta_graph import create_meta_graph_def


class FileWriter:
    """Adds summaries and other events to a file that TensorBoard reads (API: tf.summary.FileWriter).

    Args:
        logdir: the folder, made if need be; the file gets a name of its own there.
        graph: a graph to show.
        max_queue: how many events may wait before they are handed to the operating system.
        flush_secs: how many seconds they may wait.
        graph_def: deprecated, the graph as a proto.
        filename_suffix: the end of the file's name.
        session: must be None.
    """

    def __init__(
        self,
        logdir: str | os.PathLike[str],
        graph: Any = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        graph_def: Any = None,
        filename_suffix: str | None = None,
        session: Any = None,
    ) -> None:
        if executing_eagerly():
            raise RuntimeError(
                "tf.summary.FileWriter is not compatible with eager execution. Use tf.contrib.summary instead."
            )
        if session is not None:
            raise NotImplementedError(
                "A FileWriter whose events are nodes of a graph (session=) is not supported. Leave session out and "
                "pass what merge_all() returns to add_summary."
            )
        self._logdir = os.fspath(logdir)
        self._suffix = filename_suffix or ""
        self._max_queue = max(1, max_queue)
        self._flush_secs = flush_secs
        self._lock = threading.RLock()
        self._tags_with_metadata: set[str] = set()
        self._run_tags: dict[str, int] = {}
        self._closed = True
        self._open()
        if graph is not None or graph_def is not None:
            self.add_graph(graph=graph, graph_def=graph_def)
            proto = graph.as_graph_def(add_shapes=True) if isinstance(graph, Graph) else graph
            self.add_meta_graph(create_meta_graph_def(graph_def=graph_def or proto))

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get_logdir(self) -> str:
        return self._logdir

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Add a `Summary`, or the bytes of one as a session returns them.

        The metadata of a tag are written with its first value only.
        """
        if isinstance(summary, bytes):
            summary = summary_pb2.Summary.FromString(summary)
        for value in summary.value:
            if not value.HasField("metadata"):
                continue
            if value.tag in self._tags_with_metadata:
                value.ClearField("metadata")
            else:
                self._tags_with_metadata.add(value.tag)
        self._add(event_pb2.Event(summary=summary), global_step)

    def add_session_log(self, session_log: Any, global_step: Any = None) -> None:
        """Add a `SessionLog`: that a session started, stopped or wrote a checkpoint."""
        self._add(event_pb2.Event(session_log=session_log), global_step)

    def add_graph(self, graph: Any = None, global_step: Any = None, graph_def: Any = None) -> None:
        """Add a graph; static shapes are written with it.

        Raises:
            TypeError: `graph` is neither a `Graph` nor a `GraphDef`.
            ValueError: both `graph` and `graph_def` were given.
        """
        if graph is not None and graph_def is not None:
            raise ValueError("Please pass only graph, or graph_def (deprecated), but not both.")
        chosen = graph if graph is not None else graph_def
        if isinstance(chosen, Graph):
            chosen = chosen.as_graph_def(add_shapes=True)
        if not isinstance(chosen, graph_pb2.GraphDef):
            raise TypeError(
                "The passed graph must be an instance of `Graph` or the deprecated `GraphDef`, "
                f"got {chosen!r}. Pass tf.get_default_graph() or session.graph."
            )
        self._add(event_pb2.Event(graph_def=chosen.SerializeToString()), global_step)

    def add_meta_graph(self, meta_graph_def: Any, global_step: Any = None) -> None:
        """Add a `MetaGraphDef`; TypeError for anything else."""
        if not isinstance(meta_graph_def, meta_graph_pb2.MetaGraphDef):
            raise TypeError(f"meta_graph_def must be type MetaGraphDef, saw type: {type(meta_graph_def)}")
        self._add(event_pb2.Event(meta_graph_def=meta_graph_def.SerializeToString()), global_step)

    def add_run_metadata(self, run_metadata: Any, tag: str, global_step: Any = None) -> None:
        """Add the `RunMetadata` of one run; ValueError if the tag was used before."""
        if tag in self._run_tags:
            raise ValueError(f"The provided tag was already used for this event type: {tag!r}.")
        self._run_tags[tag] = 0 if global_step is None else int(global_step)
        tagged = event_pb2.TaggedRunMetadata(tag=tag, run_metadata=run_metadata.SerializeToString())
        self._add(event_pb2.Event(tagged_run_metadata=tagged), global_step)

    def add_event(self, event: Any) -> None:
        """Add an `Event` as it is."""
        with self._lock:
            if self._closed:
                warnings.warn(
                    "Attempting to use a closed FileWriter. The operation will be a noop unless the FileWriter "
                    "is explicitly reopened.",
                    stacklevel=3,
                )
                return
            self._events.write_event(event)
            self._waiting += 1
            if self._waiting >= self._max_queue or time.monotonic() >= self._next_flush:
                self._flush()

    def flush(self) -> None:
        """Hand everything to the operating system, so that TensorBoard sees it."""
        with self._lock:
            if not self._closed:
                self._flush()

    def close(self) -> None:
        """Flush and close the file; closing twice does nothing."""
        with self._lock:
            if not self._closed:
                self._events.close()
                self._closed = True

    def reopen(self) -> None:
        """After `close`, go on in a new file of the same folder."""
        with self._lock:
            if self._closed:
                self._open()

    def _open(self) -> None:
        self._events = EventsWriter(os.path.join(self._logdir, "events"), self._suffix)
        self._closed = False
        self._waiting = 0
        # The first event shows at once: an empty TensorBoard is what people report.
        self._next_flush = 0.0

    def _flush(self) -> None:
        self._events.flush()
        self._waiting = 0
        self._next_flush = time.monotonic() + self._flush_secs

    def _add(self, event: event_pb2.Event, global_step: Any) -> None:
        event.wall_time = time.time()
        if global_step is not None:
            event.step = int(global_step)
        self.add_event(event)


class FileWriterCache:
    """One writer for each folder (API: tf.summary.FileWriterCache)."""

    _lock = threading.RLock()
    _writers: dict[str, FileWriter] = {}  # noqa: RUF012  # shared on purpose

    @staticmethod
    def get(logdir: str) -> FileWriter:
        """The writer for `logdir`, made at the first call with the default graph in it."""
        with FileWriterCache._lock:
            if logdir not in FileWriterCache._writers:
                FileWriterCache._writers[logdir] = FileWriter(logdir, graph=get_default_graph())
            return FileWriterCache._writers[logdir]

    @staticmethod
    def clear() -> None:
        """Close all writers and forget them."""
        with FileWriterCache._lock:
            for writer in FileWriterCache._writers.values():
                writer.close()
            FileWriterCache._writers.clear()

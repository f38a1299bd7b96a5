"""An event file whose events wait a while before they are handed to the operating system."""

from __future__ import annotations

import os
import threading
import time

from tensorboard.compat.proto import event_pb2

from convflow.formats.event import EventsWriter


class QueuedEvents:
    """Writes events to a new file of a folder, from any thread.

    Args:
        logdir: the folder, made if need be.
        max_queue: events that wait.
        flush_millis: how long they wait.
        filename_suffix: the end of the file's name.
    """

    def __init__(self, logdir: str, max_queue: int, flush_millis: int, filename_suffix: str) -> None:
        self._events = EventsWriter(os.path.join(os.fspath(logdir), "events"), filename_suffix)
        self._max_queue, self._flush_seconds = max_queue, flush_millis / 1000
        self._waiting, self._flushed = 0, time.time()
        self._lock = threading.Lock()

    def write(self, event: event_pb2.Event) -> None:
        """Add an event; FailedPreconditionError when the file is closed."""
        with self._lock:
            self._events.write_event(event)
            self._waiting += 1
            if self._waiting > self._max_queue or time.time() - self._flushed >= self._flush_seconds:
                self._flush()

    def flush(self) -> None:
        """Hand what waits to the operating system."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        self._events.flush()
        self._waiting, self._flushed = 0, time.time()

    def close(self) -> None:
        """Flush and close; closing twice does nothing."""
        with self._lock:
            self._events.close()

"""Event files, what TensorBoard reads (API: tf.summary.FileWriter, tf.train.summary_iterator).

An event file holds `Event` messages as records; the first one names the version of the format.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2

from convflow.core import errors
from convflow.formats import files, tfrecord

FILE_VERSION = "brain.Event:2"


class EventsWriter:
    """Writes one event file, `<prefix>.out.tfevents.<seconds>.<host><suffix>`; its folder is made if need be.

    Unlike other files this one appears under its own name at once, for TensorBoard follows it as it grows.

    Args:
        prefix: folder and first part of the name, usually `logdir/events`.
        suffix: last part of the name.
    """

    def __init__(self, prefix: str | os.PathLike[str], suffix: str = "") -> None:
        wall_time = time.time()
        prefix = os.fspath(prefix)
        self._file_name = f"{prefix}.out.tfevents.{int(wall_time):010d}.{socket.gethostname()}{suffix}"
        with files.os_errors("make the event file", self._file_name):
            os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
            # Two writers in the same second get the same name; appending keeps the events of both.
            self._file = open(self._file_name, "ab")  # noqa: SIM115
        self._records = tfrecord.RecordWriter(self._file)
        self.write_event(event_pb2.Event(wall_time=wall_time, file_version=FILE_VERSION))
        self.flush()

    @property
    def file_name(self) -> str:
        return self._file_name

    def write_event(self, event: event_pb2.Event) -> None:
        if self._file.closed:
            raise errors.FailedPreconditionError(
                None,
                None,
                f"The event file {self._file_name} is closed, so the event at step {event.step} cannot be "
                "added. Write events before closing the writer, or open a new one.",
            )
        with files.os_errors("write an event", self._file_name):
            self._records.write(event.SerializeToString())

    def flush(self) -> None:
        """Hands everything written to the operating system, so that readers see it."""
        if not self._file.closed:
            with files.os_errors("write the events", self._file_name):
                self._file.flush()

    def close(self) -> None:
        """Flushes and closes the file; closing twice does nothing."""
        with files.os_errors("write the events", self._file_name):
            self._file.close()


def read_events(path: str | os.PathLike[str]) -> Iterator[event_pb2.Event]:
    """The events of the file `path`, in order, its `file_version` event first.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: a record is cut short or damaged, or is no `Event`.
    """
    path = os.fspath(path)
    with files.os_errors("read the event file", path):
        file = open(path, "rb")  # noqa: SIM115
    with file:
        for number, record in enumerate(tfrecord.read_records(file, path)):
            try:
                yield event_pb2.Event.FromString(record)
            except DecodeError as error:
                raise errors.DataLossError(
                    None,
                    None,
                    f"Record {number} of {path} is no Event message ({error}). Expected an event file as "
                    "tf.summary.FileWriter makes it; is this a TFRecord file of another kind?",
                ) from error

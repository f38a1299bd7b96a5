"""The readers of a session: how far each is in which file. Shared by threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from convflow.core import errors
from convflow.core.compat import as_str_any
from convflow.formats.messages import ReaderBaseState
from convflow.ops.queue_resource import QueueResource

# A record's key and value.
Record = tuple[bytes, bytes]
_END: Any = object()


class ReaderResource:
    """Reads the records of one work item, a file as a rule, after the other; a queue names them.

    Args:
        name: what messages call it.
        records: the records of a work item.
        keeps_state: whether its state can be saved: it must not stand inside a file.
    """

    def __init__(self, name: str, records: Callable[[str], Iterator[Record]], keeps_state: bool) -> None:
        self.name = name
        self._records = records
        self._keeps_state = keeps_state
        self._lock = threading.Lock()
        self._set_to_start()

    def _set_to_start(self) -> None:
        self._work_started = self._work_finished = self._produced = 0
        self._work = b""
        self._reading: Iterator[Record] | None = None

    def read(self, queue: QueueResource) -> Record:
        """The next record; waits for the queue where the present file is at its end.

        Raises:
            OutOfRangeError: the queue is closed and empty.
        """
        return self.read_up_to(queue, 1)[0]

    def read_up_to(self, queue: QueueResource, count: int) -> list[Record]:
        """As many records as the present file still has, at least one, at most `count`."""
        with self._lock:
            while True:
                found = self._take(self._reading or self._begin(queue), count)
                if found:
                    self._produced += len(found)
                    return found

    def _begin(self, queue: QueueResource) -> Iterator[Record]:
        (item,) = queue.take(1)[0]
        self._work = item.item() if isinstance(item, np.ndarray) else item
        self._work_started += 1
        self._reading = self._records(as_str_any(self._work))
        return self._reading

    def _take(self, reading: Iterator[Record], count: int) -> list[Record]:
        found: list[Record] = []
        while len(found) < count:
            record = next(reading, _END)
            if record is _END:
                self._reading = None
                self._work_finished += 1
                break
            found.append(record)
        return found

    def records_produced(self) -> int:
        return self._produced

    def work_units_completed(self) -> int:
        return self._work_finished

    def reset(self) -> None:
        """Forget the present file and all counts."""
        with self._lock:
            self._set_to_start()

    def state(self) -> bytes:
        """Where the reader stands; UnimplementedError if it cannot say."""
        self._check_keeps_state()
        with self._lock:
            return ReaderBaseState(
                work_started=self._work_started,
                work_finished=self._work_finished,
                num_records_produced=self._produced,
                current_work=self._work,
            ).SerializeToString()

    def restore(self, state: bytes) -> None:
        """Go on where `state` was; InvalidArgumentError for what is no state."""
        self._check_keeps_state()
        try:
            found = ReaderBaseState.FromString(state)
        except Exception as error:
            raise errors.InvalidArgumentError(
                None, None, f"Could not parse state for {self.name}: {error}. Pass what serialize_state() returned."
            ) from error
        with self._lock:
            self._work_started, self._work_finished = found.work_started, found.work_finished
            self._produced, self._work = found.num_records_produced, found.current_work
            is_inside = self._work_started > self._work_finished
            self._reading = self._records(as_str_any(self._work)) if is_inside else None

    def _check_keeps_state(self) -> None:
        if not self._keeps_state:
            raise errors.UnimplementedError(
                None,
                None,
                f"The reader {self.name} cannot save its state: it may stand inside a file. WholeFileReader and "
                "IdentityReader can.",
            )

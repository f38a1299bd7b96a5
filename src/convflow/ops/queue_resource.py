"""The queues of a session: elements, who waits, and in which order they are served. Shared by threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from convflow.core import errors
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape

# One element: a value per component.
Element = tuple[Any, ...]


class ElementStore:
    """Where a queue keeps its elements: here in the order they came. Other orders override."""

    def __init__(self) -> None:
        self._elements: deque[Element] = deque()

    def __len__(self) -> int:
        return len(self._elements)

    def add(self, element: Element) -> None:
        self._elements.append(element)

    def take(self) -> Element:
        return self._elements.popleft()

    def put_back(self, elements: list[Element]) -> None:
        """Return what was taken last, in the order it was taken."""
        self._elements.extendleft(reversed(elements))


class _Attempt:
    """Somebody who waits in a line."""

    def __init__(self) -> None:
        self.cancelled = False


class QueueResource:
    """One queue of one session.

    Whoever cannot go on waits for its turn: those who add and those who take stand in two lines, first come first
    served. Waiting holds no lock but the queue's own condition.

    Args:
        name, kind: what messages call it: the node's name, and e.g. "FIFOQueue".
        component_types, shapes: of each component; no shapes where they may differ.
        capacity: how many elements fit; below zero any number.
        store: keeps the elements.
        min_after_dequeue: how many elements stay until the queue is closed.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        component_types: list[DType],
        shapes: list[TensorShape],
        capacity: int,
        store: ElementStore,
        min_after_dequeue: int = 0,
    ) -> None:
        self.name = name
        self.kind = kind
        self.component_types = component_types
        self.shapes = shapes
        self._capacity = capacity
        self._store = store
        self._kept = min_after_dequeue
        self._closed = False
        self._changed = threading.Condition()
        self._adding: deque[_Attempt] = deque()
        self._taking: deque[_Attempt] = deque()

    def size(self) -> int:
        with self._changed:
            return len(self._store)

    def is_closed(self) -> bool:
        with self._changed:
            return self._closed

    def add(self, elements: list[Element]) -> None:
        """Add elements one after the other, each as soon as there is room.

        Raises:
            CancelledError: the queue is closed, or was closed with what waits cancelled.
        """
        left = deque(elements)

        def attempt() -> bool:
            if self._closed:
                raise errors.CancelledError(
                    None, None, f"{self.kind} '{self.name}' is closed. Nothing can be added to a closed queue."
                )
            while left and (self._capacity < 0 or len(self._store) < self._capacity):
                self._store.add(left.popleft())
                self._changed.notify_all()
            return not left

        self._wait(self._adding, attempt, "Enqueue")

    def take(self, count: int, fewer_at_end: bool = False) -> list[Element]:
        """Take `count` elements as they come in; where `fewer_at_end`, what is left of a closed queue.

        Raises:
            OutOfRangeError: the queue is closed and has not enough; what was taken is put back.
            CancelledError: the session was closed meanwhile.
        """
        taken: list[Element] = []

        def attempt() -> bool:
            while len(taken) < count and self._available() > 0:
                taken.append(self._store.take())
                self._changed.notify_all()
            if len(taken) < count and self._closed:
                if fewer_at_end and taken:
                    return True
                raise self._at_end(count, len(taken) + len(self._store))
            return len(taken) == count

        try:
            self._wait(self._taking, attempt, "Dequeue")
        except errors.OpError:
            with self._changed:
                self._store.put_back(taken)
                self._changed.notify_all()
            raise
        return taken

    def close(self, cancel_pending_enqueues: bool) -> None:
        """Nothing can be added from now on; who already waits to add still does, unless cancelled.

        Raises:
            CancelledError: the queue is closed already.
        """
        if cancel_pending_enqueues:
            with self._changed:
                self._closed = True
                _cancel(self._adding)
                self._changed.notify_all()
            return

        def attempt() -> bool:
            if self._closed:
                raise errors.CancelledError(None, None, f"Queue '{self.name}' is already closed.")
            self._closed = True
            return True

        self._wait(self._adding, attempt, "Close")

    def cancel(self) -> None:
        """Let everybody go who waits: the session closes."""
        with self._changed:
            _cancel(self._adding)
            _cancel(self._taking)
            self._changed.notify_all()

    def _available(self) -> int:
        return len(self._store) - (0 if self._closed else self._kept)

    def _at_end(self, wanted: int, found: int) -> errors.OpError:
        return errors.OutOfRangeError(
            None,
            None,
            f"{self.kind} '{self.name}' is closed and has insufficient elements "
            f"(requested {wanted}, current size {found})",
        )

    def _wait(self, line: deque[_Attempt], attempt: Callable[[], bool], what: str) -> None:
        """Try until it is done, whenever something changed and nobody stands in front."""
        me = _Attempt()
        with self._changed:
            line.append(me)
            try:
                while True:
                    if me.cancelled:
                        raise errors.CancelledError(None, None, f"{what} operation was cancelled")
                    if line[0] is me and attempt():
                        return
                    self._changed.wait()
            finally:
                line.remove(me)
                self._changed.notify_all()


def _cancel(line: deque[_Attempt]) -> None:
    for attempt in line:
        attempt.cancelled = True

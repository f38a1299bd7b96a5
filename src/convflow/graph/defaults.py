"""The stacks of default graphs and sessions, one per thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class DefaultStack(threading.local):
    """What `with x.as_default():` blocks of this thread put in place."""

    def __init__(self) -> None:
        self._items: list[Any] = []
        # What stands below the stack: the graph of programs that never name one.
        self.base: Any = None

    def top(self) -> Any:
        return self._items[-1] if self._items else None

    def push(self, item: Any) -> None:
        self._items.append(item)

    def remove(self, item: Any) -> None:
        """Take out the innermost entry of `item`, wherever it stands."""
        for index in range(len(self._items) - 1, -1, -1):
            if self._items[index] is item:
                del self._items[index]
                return

    def reset(self) -> None:
        self._items.clear()

    @property
    def is_empty(self) -> bool:
        return not self._items

    @contextmanager
    def pushed(self, item: Any) -> Iterator[Any]:
        self.push(item)
        try:
            yield item
        finally:
            self.remove(item)


class _Process:
    """What all threads share."""

    # The graph below the stacks of all threads when the program executes eagerly.
    eager: Any = None
    # Makes what runs operations eagerly, also inside programs that build graphs; set where that stands.
    runner: Any = None


process = _Process()
graphs = DefaultStack()
sessions = DefaultStack()

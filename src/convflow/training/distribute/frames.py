"""Which strategy is in force, and whether as a replica or across all: a stack for each graph."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from typing import Any, NamedTuple

from convflow.graph.graph import Graph
from convflow.graph.scopes import get_default_graph


class Frame(NamedTuple):
    """One step of the stack.

    Attributes:
        strategy: the strategy in force.
        replica_context: the replica's, None across replicas.
    """

    strategy: Any
    replica_context: Any = None


_stacks: weakref.WeakKeyDictionary[Graph, list[Frame]] = weakref.WeakKeyDictionary()


def current() -> Frame | None:
    """The innermost frame of the default graph; None outside of all strategies."""
    stack = _stacks.get(get_default_graph())
    return stack[-1] if stack else None


@contextlib.contextmanager
def entered(frame: Frame) -> Iterator[None]:
    """The frame is in force inside."""
    stack = _stacks.setdefault(get_default_graph(), [])
    stack.append(frame)
    try:
        yield
    finally:
        stack.pop()

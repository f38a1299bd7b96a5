"""Locks that nodes hold (API: tf.CriticalSection).

Locks are of threads that run one session. A run that fails or does not end its section gives the lock back with the
value that stands for holding it; and a thread that holds a lock may take it again, as its runs come one after another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from convflow.core.compat import as_str_any
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules


class Mutex:
    """A lock that tells who holds it."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._holder: Held | None = None

    def lock(self) -> Held:
        """Wait until nobody else holds it."""
        held = Held(self)
        with self._condition:
            self._condition.wait_for(lambda: self._holder is None or self._holder.thread == held.thread)
            self._holder = held
        return held

    def unlock(self, held: Held) -> None:
        """Let it go, if `held` is still what holds it."""
        with self._condition:
            if self._holder is held:
                self._holder = None
                self._condition.notify()


class Held:
    """That a thread holds a lock, until it is released or nobody knows this any more."""

    def __init__(self, mutex: Mutex) -> None:
        self._mutex = mutex
        self.thread = threading.get_ident()

    def release(self) -> None:
        self._mutex.unlock(self)

    def __del__(self) -> None:
        self.release()


def _mutex_kernel(op: Operation, store: Any) -> Callable[[], Mutex]:
    name = as_str_any(op.attrs["shared_name"]) or op.name
    key = ("mutex", as_str_any(op.attrs["container"]), name)
    return lambda: store.resource(key, Mutex)


register_op(
    "MutexV2",
    inputs="",
    outputs="resource: resource",
    attrs="container: string = ''; shared_name: string = ''",
    shape=rules.scalar_output,
    kernel=_mutex_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)

register_op(
    "MutexLock",
    inputs="mutex: resource",
    outputs="mutex_lock: variant",
    attrs="",
    shape=rules.scalar_output,
    kernel=lambda op, store: lambda mutex: mutex.lock(),
    gradient=NO_GRADIENT,
    stateful=True,
)

register_op(
    "ConsumeMutexLock",
    inputs="mutex_lock: variant",
    outputs="",
    attrs="",
    shape=rules.no_output,
    kernel=lambda op, store: lambda held: held.release(),
    gradient=NO_GRADIENT,
    stateful=True,
)

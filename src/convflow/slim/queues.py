"""Queue runners for the time of a block (API: slim.queues)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.scopes import get_collection
from convflow.training.coordinator import Coordinator

_SECONDS_TO_END = 120


class NestedQueueRunnerError(Exception):
    """Queue runners were started while others of the same graph run."""


_running = threading.local()


@contextmanager
def QueueRunners(session: Any) -> Iterator[None]:
    """Run the session's queue runners as long as the block (API: slim.queues.QueueRunners).

    Args:
        session: a `tf.Session`; the runners are those of the default graph.

    Raises:
        NestedQueueRunnerError: within another such block.
    """
    if getattr(_running, "is_inside", False):
        raise NestedQueueRunnerError("QueueRunners was used inside another QueueRunners. One block starts all threads.")
    _running.is_inside = True
    coordinator = Coordinator()
    threads = []
    try:
        for runner in get_collection(GraphKeys.QUEUE_RUNNERS):
            threads.extend(runner.create_threads(session, coord=coordinator, daemon=True, start=True))
        yield
    finally:
        _running.is_inside = False
        coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=_SECONDS_TO_END)

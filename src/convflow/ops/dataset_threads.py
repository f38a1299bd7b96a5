"""Elements computed by background threads: several at a time, or ahead of their reader."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from typing import Any

import torch

from convflow.core import errors
from convflow.ops.dataset_elements import Element
from convflow.ops.iterator_state import advance

_AUTOTUNE = -1
# What prefetch keeps when it may choose: two elements hide the work on one.
_CHOSEN_BUFFER = 2
_END: Any = object()


def worker_count(asked: int, argument: str) -> int:
    """How many threads: as many as asked for, as the machine has processors where it is left to us."""
    if asked == _AUTOTUNE:
        return os.cpu_count() or 1
    if asked < 1:
        raise errors.InvalidArgumentError(
            None, None, f"`{argument}` must be > 0, or -1 to have it chosen, got {asked}."
        )
    return asked


def in_parallel(call: Callable[[Element], Element], source: Iterator[Element], workers: int) -> Iterator[Element]:
    """`call` of each element in the order of the elements, `workers` of them at a time."""
    return iter([]) if workers < 1 else _Parallel(call, source, workers)


class _Parallel(Iterator[Element]):
    def __init__(self, call: Callable[[Element], Element], source: Iterator[Element], workers: int) -> None:
        self._call = call
        self._source = source
        self._workers = workers
        self._waiting: deque[Future[Element]] = deque()
        # Each worker computes on one thread: several elements at a time use the processors already.
        self._pool = ThreadPoolExecutor(workers, "map", initializer=torch.set_num_threads, initargs=(1,))

    def __next__(self) -> Element:
        missing = self._workers - len(self._waiting)
        self._waiting.extend(self._pool.submit(self._call, element) for element in islice(self._source, missing))
        if not self._waiting:
            self._pool.shutdown(wait=False)
            raise StopIteration
        return self._waiting.popleft().result()

    def skip(self, count: int) -> None:
        begun = min(count, len(self._waiting))
        for _ in range(begun):
            self._waiting.popleft().result()
        advance(self._source, count - begun)

    def __del__(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def prefetched(source: Iterator[Element], buffer_size: int) -> Iterator[Element]:
    """The elements of `source`, read ahead by a thread of their own."""
    return _Prefetched(source, _CHOSEN_BUFFER if buffer_size == _AUTOTUNE else buffer_size)


class _Prefetched(Iterator[Element]):
    def __init__(self, source: Iterator[Element], size: int) -> None:
        self._buffer: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._room = threading.Semaphore(size)
        self._stop = threading.Event()
        self._is_over = False
        self._source: Iterator[Element] | None = source

    def _start(self, source: Iterator[Element]) -> None:
        # The thread holds no reference to this object, so that it ends with the iterator. It draws from the same
        # random numbers as the thread that reads.
        arguments = (_read_ahead, source, self._buffer, self._room, self._stop)
        threading.Thread(target=copy_context().run, args=arguments, name="prefetch", daemon=True).start()
        self._source = None

    def skip(self, count: int) -> None:
        if self._source is not None:
            advance(self._source, count)
            return
        for _ in range(count):
            next(self, None)

    def __next__(self) -> Element:
        if self._source is not None:
            self._start(self._source)
        if self._is_over:
            raise StopIteration
        item = self._buffer.get()
        self._room.release()
        if item is _END:
            self._is_over = True
            raise StopIteration
        if isinstance(item, Exception):
            raise item
        return item

    def __del__(self) -> None:
        self._stop.set()
        self._room.release()


def _read_ahead(source: Iterator[Element], buffer: Any, room: threading.Semaphore, stop: threading.Event) -> None:
    while True:
        room.acquire()
        if stop.is_set():
            return
        try:
            item = next(source, _END)
        except Exception as error:
            item = error  # the reader raises it, and may read on
        buffer.put(item)
        if item is _END:
            return

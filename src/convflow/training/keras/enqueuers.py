"""Batches made ahead in threads (API: tf.keras.utils.SequenceEnqueuer and its kin)."""

from __future__ import annotations

import functools
import queue
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

# How long to wait before looking whether it was stopped, in seconds.
_PATIENCE = 0.05
# What stands for the end of a generator: an exception of that meaning does not pass through futures.
_END = object()


class SequenceEnqueuer:
    """Makes what `get` yields in threads, some items ahead (API: tf.keras.utils.SequenceEnqueuer).

    A base class: `OrderedEnqueuer` and `GeneratorEnqueuer` say what is made.

    Args:
        sequence: what the items come from.
        use_multiprocessing: accepted; threads do the work, as arrays need not be copied between them.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False) -> None:
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self.queue: queue.Queue[Future[Any]] = queue.Queue()
        self.run_thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def is_running(self) -> bool:
        """Whether it was started, and not stopped since."""
        return self.run_thread is not None and not self._stopped.is_set()

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Begin to work.

        Args:
            workers: how many threads make items; at least one does.
            max_queue_size: how many items are made ahead.

        Raises:
            RuntimeError: it is running.
        """
        if self.is_running():
            raise RuntimeError("The enqueuer is running. Call stop() before it is started again.")
        self._stopped = threading.Event()
        self.queue = queue.Queue(max_queue_size)
        self.run_thread = threading.Thread(target=self._run, args=(max(1, workers), self._stopped), daemon=True)
        self.run_thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """End the work, after the items that are being made.

        Args:
            timeout: how long to wait for that, in seconds; None for as long as it takes.
        """
        self._stopped.set()
        if self.run_thread is not None and self.run_thread is not threading.current_thread():
            self.run_thread.join(timeout)

    def get(self) -> Iterator[Any]:
        """Yields items, waiting for each. What fails while it is made is raised here, and ends the work."""
        while self.is_running():
            item = self._next()
            if item is None:
                return
            try:
                value = item.result()
            except Exception:
                self.stop()
                raise
            if value is _END:
                self.stop()
                return
            if value is not None:
                yield value

    def _next(self) -> Future[Any] | None:
        """The next item; None when there will be none."""
        while True:
            try:
                return self.queue.get(timeout=_PATIENCE)
            except queue.Empty:
                if not self.is_running():
                    return None

    def _run(self, workers: int, stopped: threading.Event) -> None:
        with ThreadPoolExecutor(workers) as executor:
            for task in self._tasks(stopped):
                if not self._put(executor.submit(task), stopped):
                    break
            executor.shutdown(cancel_futures=stopped.is_set())

    def _put(self, item: Future[Any], stopped: threading.Event) -> bool:
        while not stopped.is_set():
            try:
                self.queue.put(item, timeout=_PATIENCE)
                return True
            except queue.Full:
                continue
        return False

    def _tasks(self, stopped: threading.Event) -> Iterator[Callable[[], Any]]:
        raise NotImplementedError(f"{type(self).__name__} does not say what it makes: use OrderedEnqueuer.")


class OrderedEnqueuer(SequenceEnqueuer):
    """The batches of a `tf.keras.utils.Sequence` in their order, epoch after epoch (API: tf.keras.utils...).

    Args:
        sequence: a `Sequence`; its `on_epoch_end` is called when an epoch's batches are all made.
        use_multiprocessing: accepted; threads do the work.
        shuffle: whether each epoch has an order of its own, of Python's random numbers.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False, shuffle: bool = False) -> None:
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _tasks(self, stopped: threading.Event) -> Iterator[Callable[[], Any]]:
        while not stopped.is_set():
            order = list(range(len(self.sequence)))
            if self.shuffle:
                random.shuffle(order)
            left = _Countdown(len(order))
            for index in order:
                yield functools.partial(self._made, index, left)
            left.wait(stopped)
            if not stopped.is_set():
                self.sequence.on_epoch_end()

    def _made(self, index: int, left: _Countdown) -> Any:
        return left.after(self.sequence[index])


class _Countdown:
    """How many items of an epoch are not made yet."""

    def __init__(self, count: int) -> None:
        self._condition = threading.Condition()
        self._count = count

    def after(self, value: Any) -> Any:
        with self._condition:
            self._count -= 1
            self._condition.notify_all()
        return value

    def wait(self, stopped: threading.Event) -> None:
        with self._condition:
            while self._count > 0 and not stopped.is_set():
                self._condition.wait(_PATIENCE)


class GeneratorEnqueuer(SequenceEnqueuer):
    """The items of a generator in their order, until it ends (API: tf.keras.utils.GeneratorEnqueuer).

    Args:
        generator: yields items; one thread asks it.
        use_multiprocessing: accepted; threads do the work.
        random_seed: accepted; threads share the generator, which has its own random numbers.
    """

    def __init__(self, generator: Any, use_multiprocessing: bool = False, random_seed: int | None = None) -> None:
        super().__init__(generator, use_multiprocessing)
        self.random_seed = random_seed

    def _tasks(self, stopped: threading.Event) -> Iterator[Callable[[], Any]]:
        while not stopped.is_set():
            yield self._item

    def _item(self) -> Any:
        try:
            return next(self.sequence)
        except StopIteration:
            return _END

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Begin to work.

        Args:
            workers: accepted; one thread asks the generator, so that items stay in order.
            max_queue_size: how many items are made ahead.

        Raises:
            RuntimeError: it is running.
        """
        super().start(1, max_queue_size)

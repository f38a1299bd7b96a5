"""Stopping several threads together (API: tf.train.Coordinator, tf.train.LooperThread)."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from convflow.core import errors, logging

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
_FIRST_PAUSE = 0.001


class Coordinator:
    """Any thread may ask all to stop, for an error or for none (API: tf.train.Coordinator).

    Threads ask `should_stop()` in their loops; the main thread calls `join`, which raises the first error that was
    reported.

    Args:
        clean_stop_exception_types: errors that mean an orderly end and are not raised; OutOfRangeError by default.
    """

    def __init__(self, clean_stop_exception_types: Sequence[type[BaseException]] | None = None) -> None:
        if clean_stop_exception_types is None:
            clean_stop_exception_types = (errors.OutOfRangeError,)
        self._clean = tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._failure: _ExcInfo | None = None
        self._joined = False
        self._threads: set[threading.Thread] = set()

    def request_stop(self, ex: Any = None) -> None:
        """Ask all threads to stop (API: tf.train.Coordinator.request_stop).

        Args:
            ex: why: an exception or what `sys.exc_info()` returns. The first one is raised by `join`; after `join`
                it is raised here.
        """
        with self._lock:
            failure = self._as_failure(ex)
            if self._joined and failure is not None:
                raise failure[1]
            if self._stop.is_set():
                return
            if failure is not None and self._failure is None:
                logging.info("Error reported to Coordinator: %s, %s", failure[0], failure[1])
                self._failure = failure
            self._stop.set()

    def _as_failure(self, ex: Any) -> _ExcInfo | None:
        error: BaseException | None
        if isinstance(ex, tuple):
            if len(ex) != 3 or not isinstance(ex[1], BaseException):
                return _info(ValueError(f"ex must be an exception or what sys.exc_info() returns, got {ex!r}."))
            error = ex[1]
        elif ex is None or isinstance(ex, BaseException):
            error = ex
        else:
            return _info(ValueError(f"ex must be an exception or what sys.exc_info() returns, got {ex!r}."))
        return None if error is None or isinstance(error, self._clean) else _info(error)

    def clear_stop(self) -> None:
        """Begin anew, without error."""
        with self._lock:
            self._joined = False
            self._failure = None
            self._stop.clear()

    def should_stop(self) -> bool:
        return self._stop.is_set()

    @contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """An exception inside is reported with `request_stop` and goes no further."""
        try:
            yield
        except BaseException:
            self.request_stop(ex=sys.exc_info())

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Wait until a stop is asked for, or so many seconds; returns whether it was."""
        return self._stop.wait(timeout)

    def register_thread(self, thread: threading.Thread) -> None:
        """One more thread that `join` waits for."""
        with self._lock:
            self._threads.add(thread)

    def join(
        self,
        threads: Iterable[threading.Thread] | None = None,
        stop_grace_period_secs: float = 120,
        ignore_live_threads: bool = False,
    ) -> None:
        """Wait until the threads have ended (API: tf.train.Coordinator.join).

        Args:
            threads: some, beside the registered ones.
            stop_grace_period_secs: how long threads may take to end once a stop is asked for.
            ignore_live_threads: do not fail because of threads that did not end.

        Raises:
            RuntimeError: threads still run when the time is over.
            Exception: the one that was reported with `request_stop`.
        """
        with self._lock:
            waiting = list(self._threads.union(threads or ()))
        while _alive(waiting) and not self.wait_for_stop(1.0):
            pass
        self._wait_in_grace(waiting, stop_grace_period_secs)
        stragglers = " ".join(thread.name for thread in _alive(waiting))
        with self._lock:
            self._joined = True
            self._threads = set()
            if self._failure is not None:
                raise self._failure[1]
            if stragglers and not ignore_live_threads:
                raise RuntimeError(f"Coordinator stopped with threads still running: {stragglers}")
        if stragglers:
            logging.info("Coordinator stopped with threads still running: %s", stragglers)

    def _wait_in_grace(self, threads: list[threading.Thread], seconds: float) -> None:
        end = time.monotonic() + seconds
        pause = _FIRST_PAUSE
        while _alive(threads) and time.monotonic() < end:
            time.sleep(max(_FIRST_PAUSE, min(pause, end - time.monotonic())))
            pause = min(2 * pause, 0.1)

    @property
    def joined(self) -> bool:
        return self._joined

    def raise_requested_exception(self) -> None:
        """Raise the error that was reported, if one was."""
        with self._lock:
            if self._failure is not None:
                raise self._failure[1]


def _info(error: BaseException) -> _ExcInfo:
    return type(error), error, error.__traceback__


def _alive(threads: list[threading.Thread]) -> list[threading.Thread]:
    return [thread for thread in threads if thread.is_alive()]


class LooperThread(threading.Thread):
    """A thread that calls a function again and again until the coordinator stops (API: tf.train.LooperThread).

    Args:
        coord: the coordinator.
        timer_interval_secs: from one call to the next; None calls without a pause.
        target, args, kwargs: the function and its arguments; a subclass overrides `run_loop` instead.
    """

    def __init__(
        self,
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any] | None = None,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        if target is None and (args or kwargs):
            raise ValueError("'args' and 'kwargs' argument require that you also pass 'target'")
        super().__init__(daemon=True)
        self._coord = coord
        self._interval = timer_interval_secs
        self._called = target
        self._arguments = (tuple(args or ()), dict(kwargs or {}))
        coord.register_thread(self)

    @staticmethod
    def loop(
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> LooperThread:
        """A thread that is started already."""
        looper = LooperThread(coord, timer_interval_secs, target=target, args=args, kwargs=kwargs)
        looper.start()
        return looper

    def run(self) -> None:
        with self._coord.stop_on_exception():
            self.start_loop()
            due = time.monotonic()
            while not self._coord.wait_for_stop(self._pause(due)):
                due += self._interval or 0.0
                self.run_loop()
            self.stop_loop()

    def _pause(self, due: float) -> float:
        return 0.0 if self._interval is None else max(0.0, due - time.monotonic())

    def start_loop(self) -> None:
        """Called before the first call."""

    def stop_loop(self) -> None:
        """Called after the last call, if none failed."""

    def run_loop(self) -> None:
        """One call."""
        if self._called is not None:
            args, kwargs = self._arguments
            self._called(*args, **kwargs)

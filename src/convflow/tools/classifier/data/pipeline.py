"""Batches made ahead of the training step, in threads."""

from __future__ import annotations

import math
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import numpy as np

from convflow.tools.classifier.data.examples import ArrayExamples, Batch, Examples

# (pictures of a batch, the batch's own random numbers) -> pictures of the same shape
Augment = Callable[[np.ndarray, np.random.Generator], np.ndarray]

# Pictures that a thread makes in one go: few, so that all threads work on the batch that is waited for.
_PIECE = 8
# More than this does not help a step that takes always the same time.
_MOST_THREADS = 8
_MOST_AHEAD = 4
_BYTES_AHEAD = 1 << 27


class Batches:
    """The batches that `batches` describes, made ahead in threads from the moment the object is there.

    An iterator, and a context manager that ends the threads; so do the end of the batches, an error, `close` and being
    forgotten. An error of a thread is raised where its batch would have been.

    Attributes:
        waited_seconds: how long the reader has waited for batches, all in all.
    """

    def __init__(self, recipe: _Recipe, numbers: range, threads: int) -> None:
        self.waited_seconds = 0.0
        self._recipe = recipe
        self._numbers: Iterator[int] = iter(numbers)
        self._coming: deque[Future[Batch]] = deque()
        self._pool: ThreadPoolExecutor | None = None
        if threads:
            self._pool = ThreadPoolExecutor(threads, "convflow-data")
            # The threads know the pool and their work, not this object: forgetting it ends them.
            self._forgotten = weakref.finalize(self, self._pool.shutdown, wait=False, cancel_futures=True)
            for _ in range(recipe.ahead):
                self._begin_next()

    def __iter__(self) -> Batches:
        return self

    def __next__(self) -> Batch:
        started = time.perf_counter()
        try:
            return self._made() if self._pool is None else self._awaited(self._pool)
        except BaseException:
            self.close()
            raise
        finally:
            self.waited_seconds += time.perf_counter() - started

    def close(self) -> None:
        """Ends the threads; there are no more batches."""
        self._numbers = iter(())
        self._coming.clear()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Batches:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _made(self) -> Batch:
        work = _Work(self._recipe, next(self._numbers))
        work.run_all()
        return work.done.result()

    def _awaited(self, pool: ThreadPoolExecutor) -> Batch:
        if not self._coming:
            raise StopIteration
        batch = self._coming.popleft().result()
        self._begin_next()
        return batch

    def _begin_next(self) -> None:
        number = next(self._numbers, None)
        if number is None or self._pool is None:
            return
        work = _Work(self._recipe, number)
        self._coming.append(work.done)
        for piece in range(work.num_pieces):
            self._pool.submit(work.run, piece)


class _Recipe:
    """How a batch is made of its number."""

    def __init__(
        self, examples: Examples, batch_size: int, order: np.ndarray, augment: Augment | None, seed: tuple[int, ...]
    ) -> None:
        self._examples = examples
        self._batch_size = batch_size
        self._order = order
        self._augment = augment
        self._seed = seed
        # Memory is copied in one go; files are decoded one by one.
        self.piece_size = batch_size if isinstance(examples, ArrayExamples) else _PIECE
        size = max(batch_size * math.prod(examples.image_shape) * examples.dtype.itemsize, 1)
        self.ahead = min(max(_BYTES_AHEAD // size, 1), _MOST_AHEAD)

    def chosen(self, number: int) -> np.ndarray:
        start = number * self._batch_size
        return self._order[start : start + self._batch_size]

    def images(self, chosen: np.ndarray) -> np.ndarray:
        return self._examples.images(chosen)

    def finished(self, number: int, images: np.ndarray) -> Batch:
        if self._augment is not None:
            images = self._augment(images, np.random.default_rng((*self._seed, number)))
        return Batch(images, self._examples.labels[self.chosen(number)])


class _Work:
    """One batch in the making: its pictures in pieces, any of which may be ready first."""

    def __init__(self, recipe: _Recipe, number: int) -> None:
        self.done: Future[Batch] = Future()
        self._recipe = recipe
        self._number = number
        chosen = recipe.chosen(number)
        self._chosen = [chosen[start : start + recipe.piece_size] for start in range(0, len(chosen), recipe.piece_size)]
        self._pieces: list[np.ndarray | BaseException | None] = [None] * len(self._chosen)
        self._left = len(self._chosen)
        self._lock = threading.Lock()

    @property
    def num_pieces(self) -> int:
        return len(self._chosen)

    def run_all(self) -> None:
        for piece in range(self.num_pieces):
            self.run(piece)

    def run(self, piece: int) -> None:
        """Makes a piece; whoever makes the last one finishes the batch."""
        try:
            self._pieces[piece] = self._recipe.images(self._chosen[piece])
        except BaseException as error:  # handed to whoever asks for the batch
            self._pieces[piece] = error
        with self._lock:
            self._left -= 1
            if self._left:
                return
        self._finish()

    def _finish(self) -> None:
        try:
            pieces: list[np.ndarray] = []
            for piece in self._pieces:
                # The first in the batch's order, so that the same data always give the same error.
                if isinstance(piece, BaseException):
                    raise piece
                if piece is not None:
                    pieces.append(piece)
            images = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
            self.done.set_result(self._recipe.finished(self._number, images))
        except BaseException as error:
            self.done.set_exception(error)


def batches(
    examples: Examples,
    batch_size: int,
    order: np.ndarray | None = None,
    augment: Augment | None = None,
    seed: tuple[int, ...] = (),
    first: int = 0,
    threads: int | None = None,
) -> Batches:
    """The examples in batches, the last one smaller if they do not divide.

    Whatever the threads do, the batches are those that one thread makes, in the same order.

    Args:
        examples: what to take them from.
        batch_size: how many to a batch.
        order: the examples' numbers in the order to take them; as they stand by default.
        augment: changes a batch's pictures. Its random numbers come from `seed` and the batch's number alone, so
            that a run that starts at a later batch sees what an unbroken one does.
        seed: with the batch's number, the seed of its random numbers.
        first: how many batches to leave out at the beginning.
        threads: how many make batches ahead, 0 for none: a batch is then made when it is asked for. By default as many
            as there are processors, and none for examples in memory that nothing changes.
    """
    order = np.arange(len(examples)) if order is None else order
    if threads is None:
        needed = augment is not None or not isinstance(examples, ArrayExamples)
        threads = min(_processors(), _MOST_THREADS) if needed else 0
    numbers = range(first, math.ceil(len(order) / batch_size))
    return Batches(_Recipe(examples, batch_size, order, augment, seed), numbers, threads)


def _processors() -> int:
    # What a container or a batch system leaves to this process, where that can be known.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

"""Queues that are filled from arrays in memory."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from convflow.core import dtypes, errors, logging
from convflow.graph.scopes import name_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.placeholder import placeholder
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.queue import FIFOQueue, RandomShuffleQueue
from convflow.training import summaries
from convflow.training.coordinator import Coordinator
from convflow.training.queue_runner import QueueRunner, add_queue_runner

Feed = Callable[[], dict[Any, Any]]


class FeedingQueueRunner(QueueRunner):
    """A queue runner whose threads feed what they enqueue.

    Args:
        queue, enqueue_ops: as of `QueueRunner`.
        feed_fns: for each operation a function that returns its feeds, or raises OutOfRangeError at the end.
    """

    def __init__(self, queue: Any, enqueue_ops: Sequence[Any], feed_fns: Sequence[Feed]) -> None:
        super().__init__(queue, enqueue_ops)
        self._feed_fns = {id(op): feed for op, feed in zip(enqueue_ops, feed_fns, strict=True)}

    def _fill(self, sess: Any, enqueue_op: Any, coord: Coordinator | None) -> None:
        feed = self._feed_fns[id(enqueue_op)]
        while coord is None or not coord.should_stop():
            try:
                sess.run(enqueue_op, feed_dict=feed())
            except errors.CancelledError:
                # The queue was closed at a stop.
                return

    def to_proto(self, export_scope: str | None = None) -> Any:
        """None: what the threads feed is in no graph."""
        return None


def _rows(
    placeholders: Sequence[Any], columns: Sequence[np.ndarray], index: Any, batch_size: int, shuffle: bool,
    num_epochs: int | None,
) -> Feed:  # fmt: skip
    """The next rows of some arrays at each call, again and again or for some epochs; a random one is the first."""
    size = len(columns[0])
    start = random.randrange(size) if shuffle else 0
    total = None if num_epochs is None else size * num_epochs
    done = 0

    def feed() -> dict[Any, Any]:
        nonlocal done
        if total is not None and done >= total:
            raise errors.OutOfRangeError(None, None, f"Already emitted {num_epochs} epochs.")
        number = batch_size if total is None else min(batch_size, total - done)
        rows = (start + done + np.arange(number)) % size
        done += number
        numbers = rows if index is None else index[rows]
        return dict(zip(placeholders, [numbers, *(column[rows] for column in columns)], strict=True))

    return feed


def enqueue_data(
    data: Mapping[Any, np.ndarray],
    capacity: int,
    shuffle: bool = False,
    num_threads: int = 1,
    name: str = "enqueue_input",
    enqueue_size: int = 1,
    num_epochs: int | None = None,
    index: np.ndarray | None = None,
) -> Any:
    """A queue of the rows of some arrays, whose runner is listed in the graph.

    Args:
        data: arrays of as many rows.
        capacity: how many rows the queue holds.
        shuffle: whether they come in random order.
        num_threads: how many fill the queue.
        enqueue_size: how many rows are added at once.
        num_epochs: how often each row comes, in each thread; forever if None.
        index: the rows' numbers; 0, 1, ... if None.

    Returns:
        The queue; the first component is the row's number.
    """
    _warn_of_threads(shuffle, num_threads, num_epochs)
    columns = list(data.values())
    first = dtypes.int64 if index is None else dtypes.as_dtype(index.dtype)
    types = [first, *(dtypes.as_dtype(column.dtype) for column in columns)]
    shapes: list[Any] = [(), *(column.shape[1:] for column in columns)]
    least = int(capacity / 4) if shuffle else 0
    with name_scope(name):
        queue: Any
        if shuffle:
            queue = RandomShuffleQueue(capacity, least, dtypes=types, shapes=shapes)
        else:
            queue = FIFOQueue(capacity, dtypes=types, shapes=shapes)
        enqueue_ops, feeds = [], []
        for _ in range(num_threads):
            placeholders = [placeholder(dtype) for dtype in types]
            enqueue_ops.append(queue.enqueue_many(placeholders))
            feeds.append(_rows(placeholders, columns, index, enqueue_size, shuffle, num_epochs))
        add_queue_runner(FeedingQueueRunner(queue, enqueue_ops, feeds))
        full = cast(maximum(0, queue.size() - least), dtypes.float32) * (1.0 / (capacity - least))
        summaries.scalar(f"queue/{queue.name}fraction_over_{least}_of_{capacity - least}_full", full)
    return queue


def _warn_of_threads(shuffle: bool, num_threads: int, num_epochs: int | None) -> None:
    if num_threads <= 1:
        return
    if num_epochs is not None:
        logging.warning(
            "num_epochs=%s counts in each of num_threads=%s threads: there will be more epochs than that. Use one "
            "thread to limit epochs.", num_epochs, num_threads,
        )  # fmt: skip
    if not shuffle:
        logging.warning(
            "shuffle=False with num_threads=%s: the threads' rows come mixed. Use one thread for rows in order.",
            num_threads,
        )

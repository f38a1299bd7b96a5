"""Batches made while others are used (API: slim.prefetch_queue)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.scopes import name_scope
from convflow.ops.math.cast import cast
from convflow.ops.queue import FIFOQueue, PaddingFIFOQueue, QueueBase
from convflow.training import summaries
from convflow.training.queue_runner import QueueRunner, add_queue_runner


def prefetch_queue(
    tensors: Any,
    capacity: int = 8,
    num_threads: int = 1,
    dynamic_pad: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> QueueBase:
    """A queue that threads fill with `tensors` (API: slim.prefetch_queue.prefetch_queue).

    Args:
        tensors: a list or a dictionary of them; the queue gives the same form.
        capacity: how many sets wait at most.
        num_threads: how many threads fill it.
        dynamic_pad: whether shapes may have unknown sizes.
        shared_name: under which sessions share it.

    Raises:
        ValueError: a shape is not known and `dynamic_pad` is False.
    """
    names = sorted(tensors) if isinstance(tensors, dict) else None
    listed = [tensors[key] for key in names] if names is not None else list(tensors)
    with name_scope(name, "prefetch_queue", listed):
        types = [tensor.dtype for tensor in listed]
        shapes = [tensor.get_shape() for tensor in listed]
        make = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        queue = make(capacity=capacity, dtypes=types, shapes=shapes, names=names, shared_name=shared_name)
        add_queue_runner(QueueRunner(queue, [queue.enqueue(tensors)] * num_threads))
        summarize_fullness(queue, capacity)
    return queue


def summarize_fullness(queue: QueueBase, capacity: int) -> None:
    """A scalar summary of how full a queue is, from 0 to 1."""
    summaries.scalar(f"fraction_of_{capacity}_full", cast(queue.size(), dtypes.float32) * (1.0 / capacity))

"""Transformations to pass to `Dataset.apply` (API: tf.data.experimental, tf.contrib.data)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.input import mapped, transforms
from convflow.input.dataset import AUTOTUNE, Dataset

Transformation = Callable[[Dataset], Dataset]


def map_and_batch(
    map_func: Callable[..., Any],
    batch_size: Any,
    num_parallel_batches: Any = None,
    drop_remainder: Any = False,
    num_parallel_calls: Any = None,
) -> Transformation:
    """`Dataset.map` and then `Dataset.batch` as one node (API: tf.data.experimental.map_and_batch).

    Args:
        num_parallel_batches: batches computed at a time; or
        num_parallel_calls: elements computed at a time, -1 for one for each processor.

    Raises:
        ValueError: both are given.
    """
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError("`map_and_batch` allows only one of `num_parallel_batches` and `num_parallel_calls`.")
    calls = batch_size if num_parallel_calls is None else num_parallel_calls
    if num_parallel_batches is not None:
        calls = batch_size * num_parallel_batches
    return lambda data: Dataset(mapped.mapped_and_batched(data._node, map_func, batch_size, calls, drop_remainder))


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: Any = None) -> Transformation:
    """`Dataset.shuffle` and then `Dataset.repeat` as one node (API: tf.data.experimental.shuffle_and_repeat)."""
    return lambda data: Dataset(transforms.shuffle_and_repeat(data._node, buffer_size, count, seed))


def scan(initial_state: Any, scan_func: Callable[..., Any]) -> Transformation:
    """`scan_func(state, element)` gives the next state and an output element (API: tf.data.experimental.scan)."""
    return lambda data: Dataset(mapped.scanned(data._node, initial_state, scan_func))


def unbatch() -> Transformation:
    """See `Dataset.unbatch` (API: tf.data.experimental.unbatch)."""
    return lambda data: data.unbatch()


def take_while(predicate: Callable[..., Any]) -> Transformation:
    """See `Dataset.take_while` (API: tf.data.experimental.take_while)."""
    return lambda data: data.take_while(predicate)


def enumerate_dataset(start: int = 0) -> Transformation:
    """See `Dataset.enumerate` (API: tf.data.experimental.enumerate_dataset)."""
    return lambda data: data.enumerate(start)


def parallel_interleave(
    map_func: Callable[..., Any],
    cycle_length: Any,
    block_length: Any = 1,
    sloppy: bool | None = False,
    buffer_output_elements: Any = None,
    prefetch_input_elements: Any = None,
) -> Transformation:
    """See `Dataset.interleave`; the order is always that of one reader (API: tf.data.experimental.parallel_interleave).

    Args:
        sloppy, buffer_output_elements, prefetch_input_elements: accepted; they trade order for speed in TensorFlow.
    """
    return lambda data: data.interleave(map_func, cycle_length, block_length, num_parallel_calls=AUTOTUNE)

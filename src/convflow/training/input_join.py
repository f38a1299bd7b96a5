"""Batches of what several different readers read (API: tf.train.batch_join, shuffle_batch_join and their kin)."""

from __future__ import annotations

from typing import Any

from convflow.graph.scopes import name_scope
from convflow.training.input import fifo, make_batches, scope_values, shuffled


def batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`tf.train.batch` with a thread for each item of a list (API: tf.train.batch_join).

    Args:
        tensors_list: a list of lists or dicts of tensors, the same types and ranks in each; the others as of
            `tf.train.batch`.

    Raises:
        ValueError: an empty list, or dicts with different keys.
        TypeError: different types.
    """
    return maybe_batch_join(
        tensors_list, True, batch_size, capacity, enqueue_many, shapes, dynamic_pad, allow_smaller_final_batch,
        shared_name, name,
    )  # fmt: skip


def maybe_batch_join(
    tensors_list: Any,
    keep_input: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`batch_join` of those elements for which `keep_input` is true (API: tf.train.maybe_batch_join)."""
    items = _checked(tensors_list)
    with name_scope(name, "batch_join", scope_values(items, keep_input)) as scope:
        return make_batches(
            items, batch_size, keep_input, *fifo(capacity, dynamic_pad, shared_name), enqueue_many=enqueue_many,
            shapes=shapes, allow_smaller_final_batch=allow_smaller_final_batch, scope=scope, what="batch_join",
        )  # fmt: skip


def shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`tf.train.shuffle_batch` with a thread for each item of a list (API: tf.train.shuffle_batch_join)."""
    return maybe_shuffle_batch_join(
        tensors_list, batch_size, capacity, min_after_dequeue, True, seed, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def maybe_shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`shuffle_batch_join` of the elements for which `keep_input` is true (API: tf.train.maybe_shuffle_batch_join)."""
    items = _checked(tensors_list)
    with name_scope(name, "shuffle_batch_join", scope_values(items, keep_input)) as scope:
        return make_batches(
            items, batch_size, keep_input, *shuffled(capacity, min_after_dequeue, seed, shared_name),
            enqueue_many=enqueue_many, shapes=shapes, allow_smaller_final_batch=allow_smaller_final_batch,
            scope=scope, what="shuffle_batch_join",
        )  # fmt: skip


def _checked(tensors_list: Any) -> list[Any]:
    if not tensors_list:
        raise ValueError("Expected at least one set of tensors")
    return list(tensors_list)

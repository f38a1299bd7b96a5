"""Queues that give out the rows of one tensor again and again (API: tf.train.string_input_producer and its kin)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import convert_to_tensor_or_indexed_slices
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.constant import constant
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import identity
from convflow.ops.array.sequence import range as range_
from convflow.ops.array.shape_ops import shape, size
from convflow.ops.assertion import assert_
from convflow.ops.files import matching_files
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater
from convflow.ops.queue import FIFOQueue
from convflow.ops.random import random_shuffle
from convflow.training import summaries
from convflow.training.queue_runner import QueueRunner, add_queue_runner

_EMPTY = "string_input_producer requires a non-null input tensor"


def match_filenames_once(pattern: Any, name: str | None = None) -> Any:
    """A local variable of the paths that a pattern matches, found out once (API: tf.train.match_filenames_once).

    It is computed by `tf.local_variables_initializer()`.

    Args:
        pattern: a pattern of paths such as "data/*.png", or a vector of them.
        name: of the variable.

    Returns:
        a string variable, shape (paths,).
    """
    with name_scope(name, "matching_filenames", [pattern]) as scope:
        return Variable(
            name=scope,
            initial_value=matching_files(pattern),
            trainable=False,
            validate_shape=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )


def limit_epochs(tensor: Any, num_epochs: int | None = None, name: str | None = None) -> Any:
    """A tensor that can be read so many times (API: tf.train.limit_epochs).

    The count is a local variable: run `tf.local_variables_initializer()`.

    Raises:
        ValueError: `num_epochs` is not positive.
        OutOfRangeError: (when run) it was read `num_epochs` times.
    """
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    with name_scope(name, "limit_epochs", [tensor]) as scope:
        epochs = Variable(
            constant(0, dtype=dtypes.int64), name="epochs", trainable=False, collections=[GraphKeys.LOCAL_VARIABLES]
        )
        with control_dependencies([epochs.count_up_to(num_epochs)]):
            return identity(tensor, name=scope)


def input_producer(
    input_tensor: Any,
    element_shape: Any = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    summary_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> FIFOQueue:
    """A queue of the rows of a tensor (API: tf.train.input_producer).

    Args:
        input_tensor: the rows.
        element_shape: of a row, if the tensor does not say.
        num_epochs: how often all rows are given out; None without end.
        shuffle: in a new order each time.
        seed: of the order.
        capacity: of the queue.
        shared_name: queues of one session with the same shared name are one.
        summary_name: tag of a summary of how full the queue is.
        cancel_op: what closes the queue when everything stops.

    Returns:
        The queue; a queue runner for it is listed in the graph.

    Raises:
        ValueError: the shape of a row is not known.
    """
    with name_scope(name, "input_producer", [input_tensor]):
        rows = convert_to_tensor(input_tensor, name="input_tensor")
        row_shape = rows.shape[1:].merge_with(element_shape)
        if not row_shape.is_fully_defined():
            raise ValueError(
                "Either `input_tensor` must have a fully defined shape or `element_shape` must be specified, "
                f"got {rows.shape} and {element_shape}."
            )
        if shuffle:
            rows = random_shuffle(rows, seed=seed)
        rows = limit_epochs(rows, num_epochs)
        queue = FIFOQueue(
            capacity=capacity,
            dtypes=[rows.dtype.base_dtype],
            shapes=[row_shape],
            shared_name=shared_name,
            name=name,
        )
        add_queue_runner(QueueRunner(queue, [queue.enqueue_many([rows])], cancel_op=cancel_op))
        if summary_name is not None:
            summaries.scalar(summary_name, cast(queue.size(), dtypes.float32) * (1.0 / capacity))
        return queue


def string_input_producer(
    string_tensor: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> FIFOQueue:
    """A queue of texts, file names as a rule (API: tf.train.string_input_producer).

    Args:
        string_tensor: a vector of strings; the others as of `input_producer`.

    Raises:
        ValueError: an empty list.
        InvalidArgumentError: (when run) an empty tensor.
    """
    if not isinstance(string_tensor, Tensor) and not _has_items(string_tensor):
        raise ValueError(f"{_EMPTY}: got {string_tensor!r}. Does a pattern match no file?")
    with name_scope(name, "input_producer", [string_tensor]) as scope:
        texts = convert_to_tensor(string_tensor, dtype=dtypes.string)
        with control_dependencies([assert_(greater(size(texts), 0), [_EMPTY])]):
            texts = identity(texts)
        return input_producer(
            texts,
            [],
            num_epochs,
            shuffle,
            seed,
            capacity,
            shared_name,
            f"fraction_of_{capacity}_full",
            scope,
            cancel_op,
        )


def _has_items(texts: Any) -> bool:
    # A variable counts as something; so does an array with elements.
    return bool(len(texts)) if hasattr(texts, "__len__") else texts is not None


def range_input_producer(
    limit: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> FIFOQueue:
    """A queue of the numbers from 0 to `limit` - 1 (API: tf.train.range_input_producer)."""
    with name_scope(name, "input_producer", [limit]) as scope:
        return input_producer(
            range_(limit), [], num_epochs, shuffle, seed, capacity, shared_name, f"fraction_of_{capacity}_full", scope
        )


def slice_input_producer(
    tensor_list: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> list[Tensor]:
    """One row of each tensor at a time, the same of all (API: tf.train.slice_input_producer).

    Args:
        tensor_list: tensors with the same first size; the others as of `input_producer`.

    Raises:
        ValueError: no tensors.
    """
    with name_scope(name, "input_producer", tensor_list):
        tensors = [convert_to_tensor_or_indexed_slices(item) for item in tensor_list]
        if not tensors:
            raise ValueError("Expected at least one tensor in slice_input_producer().")
        queue = range_input_producer(
            shape(tensors[0])[0],
            num_epochs=num_epochs,
            shuffle=shuffle,
            seed=seed,
            capacity=capacity,
            shared_name=shared_name,
        )
        index = queue.dequeue()
        return [gather(tensor, index) for tensor in tensors]

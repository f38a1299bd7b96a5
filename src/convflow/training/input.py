"""Batches of what threads read (API: tf.train.batch, shuffle_batch, their `maybe_` and `_join` forms).

Each makes a queue, a queue runner that fills it, and takes a batch from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import convert_to_tensor_or_indexed_slices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import executing_eagerly, name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.identity import no_op
from convflow.ops.array.partition import dynamic_partition
from convflow.ops.control_flow import smart_cond
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.queue import FIFOQueue, PaddingFIFOQueue, QueueBase, RandomShuffleQueue
from convflow.training import summaries
from convflow.training.queue_runner import QueueRunner, add_queue_runner

# Makes the queue for components of these types and shapes, and the summary of how full it is.
_MakeQueue = Callable[[list[Any], Any], QueueBase]
_Summarize = Callable[[QueueBase], None]


def make_batches(
    tensors_list: Sequence[Any],
    batch_size: Any,
    keep_input: Any,
    make_queue: _MakeQueue,
    summarize: _Summarize,
    *,
    num_threads: int = 1,
    enqueue_many: bool,
    shapes: Any,
    allow_smaller_final_batch: bool,
    scope: str,
    what: str,
) -> Any:
    """The nodes of all the functions here, inside their name scope.

    Args:
        tensors_list: for each thread what it adds, a list or dict of tensors.
        keep_input: whether it is added: a bool, or one for each row.
        num_threads: how many threads run one enqueue operation where `tensors_list` has one item.
        what: the function, for messages.
    """
    if executing_eagerly():
        raise ValueError(
            "Input pipelines based on Queues are not supported when eager execution is enabled. Please use tf.data to "
            "ingest data into your model instead."
        )
    lists = _checked_lists(tensors_list, what)
    keep = _checked_keep_input(keep_input, enqueue_many)
    queue = make_queue(_common_types(lists), _common_shapes(lists, enqueue_many) if shapes is None else shapes)
    enqueue = queue.enqueue_many if enqueue_many else queue.enqueue
    operations = [_enqueue(enqueue, tensors, keep) for tensors in lists]
    add_queue_runner(QueueRunner(queue, operations * num_threads))
    summarize(queue)
    take = queue.dequeue_up_to if allow_smaller_final_batch else queue.dequeue_many
    return _in_form_of(tensors_list[0], take(batch_size, name=scope))


def fifo(capacity: int, dynamic_pad: bool, shared_name: str | None) -> tuple[_MakeQueue, _Summarize]:
    """A queue in order for `make_batches`, one that pads if `dynamic_pad`."""
    kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue

    def summarize(queue: QueueBase) -> None:
        summaries.scalar(f"fraction_of_{capacity}_full", cast(queue.size(), dtypes.float32) * (1.0 / capacity))

    return lambda types, shapes: kind(capacity, types, shapes, shared_name=shared_name), summarize


def shuffled(
    capacity: int, min_after_dequeue: int, seed: int | None, shared_name: str | None
) -> tuple[_MakeQueue, _Summarize]:
    """A queue in random order for `make_batches`."""
    if capacity <= min_after_dequeue:
        raise ValueError(f"capacity {capacity} must be bigger than min_after_dequeue {min_after_dequeue}.")
    room = capacity - min_after_dequeue

    def make(types: list[Any], shapes: Any) -> QueueBase:
        return RandomShuffleQueue(capacity, min_after_dequeue, types, shapes, seed=seed, shared_name=shared_name)

    def summarize(queue: QueueBase) -> None:
        over = cast(maximum(0, queue.size() - min_after_dequeue), dtypes.float32) * (1.0 / room)
        summaries.scalar(f"fraction_over_{min_after_dequeue}_of_{room}_full", over)

    return make, summarize


def listed(tensors: Any) -> list[Any]:
    """The tensors of a list, or of a dict in the order of its keys."""
    return [tensors[key] for key in sorted(tensors, key=str)] if isinstance(tensors, dict) else list(tensors)


def _in_form_of(tensors: Any, taken: Any) -> Any:
    if not isinstance(tensors, dict):
        return taken
    values = [taken] if len(tensors) == 1 else taken
    return dict(zip(sorted(tensors, key=str), values, strict=True))


def _checked_lists(tensors_list: Sequence[Any], what: str) -> list[list[Tensor]]:
    first = tensors_list[0]
    if isinstance(first, dict) and any(set(other) != set(first) for other in tensors_list):
        raise ValueError("All dictionaries in tensors_list must have the same keys")
    lists = [listed(tensors) for tensors in tensors_list]
    for tensors in lists:
        if any(isinstance(tensor, SparseTensor) for tensor in tensors):
            raise NotImplementedError(
                f"{what} of sparse tensors is not supported. Use tf.sparse_tensor_to_dense before it, or tf.data."
            )
    converted = [[convert_to_tensor_or_indexed_slices(item) for item in tensors] for tensors in lists]
    if not converted[0]:
        raise ValueError(f"Expected at least one tensor in {what}().")
    return converted


def _checked_keep_input(keep_input: Any, enqueue_many: bool) -> Tensor:
    keep = convert_to_tensor(keep_input)
    if keep.shape.rank is None:
        raise ValueError("`keep_input` dimensions must be known at graph construction.")
    if not enqueue_many and keep.shape.rank == 1:
        raise ValueError("`keep_input` cannot be a vector when `enqueue_many=False`.")
    if keep.shape.rank > 1:
        raise ValueError(f"`keep_input` must be 0 or 1 dimensions, got {keep.shape}.")
    return keep


def _common_types(lists: list[list[Tensor]]) -> list[Any]:
    types = [[tensor.dtype for tensor in tensors] for tensors in lists]
    for other in types[1:]:
        if other != types[0]:
            raise TypeError(
                f"Expected types to be consistent: {', '.join(t.name for t in types[0])} vs. "
                f"{', '.join(t.name for t in other)}."
            )
    return types[0]


def _common_shapes(lists: list[list[Tensor]], enqueue_many: bool) -> list[Any]:
    for tensors in lists:
        for tensor in tensors:
            if tensor.shape.rank is None:
                raise ValueError(f"Cannot infer Tensor's rank: {tensor}. Use its set_shape, or pass shapes.")
    return [_merged([tensors[index].shape for tensors in lists], enqueue_many) for index in range(len(lists[0]))]


def _merged(shapes: list[TensorShape], enqueue_many: bool) -> list[int | None]:
    if enqueue_many:
        shapes = [as_shape(shape).with_rank_at_least(1)[1:] for shape in shapes]
    for shape in shapes[1:]:
        shapes[0].merge_with(shape)
    return shapes[0].as_list()


def _enqueue(enqueue: Callable[[list[Tensor]], Operation], tensors: list[Tensor], keep: Tensor) -> Operation:
    if keep.shape.rank == 1:
        chosen = cast(keep, dtypes.int32)
        return enqueue([dynamic_partition(tensor, chosen, num_partitions=2)[1] for tensor in tensors])
    return smart_cond(keep, lambda: enqueue(tensors), no_op)


def scope_values(tensors_list: Sequence[Any], keep_input: Any) -> list[Any]:
    """What a name scope of these functions is told of its inputs."""
    return [item for tensors in tensors_list for item in listed(tensors)] + [keep_input]


def batch(
    tensors: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Batches of what the tensors are, run after run (API: tf.train.batch).

    Args:
        tensors: a list or dict of tensors.
        batch_size: the first size of the result.
        num_threads: how many threads compute `tensors`; with more than one the order is open.
        capacity: how many elements wait.
        enqueue_many: each tensor is many elements, along its first axis.
        shapes: of one element of each tensor, where they are not known.
        dynamic_pad: fill smaller elements up with zeros or empty strings.
        allow_smaller_final_batch: the last batch may have fewer elements; they are dropped otherwise.
        shared_name: queues of one session with the same shared name are one.

    Returns:
        Tensors in the same form, one axis more in front; a tensor for a list of one. A queue runner for them is
        listed in the graph: call `tf.train.start_queue_runners`.

    Raises:
        ValueError: no tensors, or a rank that is not known.
        OutOfRangeError: (when run) the input ended.
    """
    return maybe_batch(
        tensors, True, batch_size, num_threads, capacity, enqueue_many, shapes, dynamic_pad,
        allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def maybe_batch(
    tensors: Any,
    keep_input: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`batch` of those elements for which `keep_input` is true (API: tf.train.maybe_batch).

    Args:
        keep_input: a bool; with `enqueue_many` also a vector of them, one for each element.
    """
    with name_scope(name, "batch", scope_values([tensors], keep_input)) as scope:
        return make_batches(
            [tensors], batch_size, keep_input, *fifo(capacity, dynamic_pad, shared_name), num_threads=num_threads,
            enqueue_many=enqueue_many, shapes=shapes, allow_smaller_final_batch=allow_smaller_final_batch,
            scope=scope, what="batch",
        )  # fmt: skip


def shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`batch` in random order (API: tf.train.shuffle_batch).

    Args:
        capacity: how many elements wait at most.
        min_after_dequeue: how many wait at least, to be drawn from; less than `capacity`.
        seed: of the order; the others as of `batch`.
    """
    return maybe_shuffle_batch(
        tensors, batch_size, capacity, min_after_dequeue, True, num_threads, seed, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def maybe_shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`shuffle_batch` of those elements for which `keep_input` is true (API: tf.train.maybe_shuffle_batch)."""
    with name_scope(name, "shuffle_batch", scope_values([tensors], keep_input)) as scope:
        return make_batches(
            [tensors], batch_size, keep_input, *shuffled(capacity, min_after_dequeue, seed, shared_name),
            num_threads=num_threads, enqueue_many=enqueue_many, shapes=shapes,
            allow_smaller_final_batch=allow_smaller_final_batch, scope=scope, what="shuffle_batch",
        )  # fmt: skip

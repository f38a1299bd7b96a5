"""Queues between threads (API: tf.FIFOQueue, tf.RandomShuffleQueue, tf.PaddingFIFOQueue, tf.PriorityQueue).

A queue is a node; adding to it and taking from it are nodes too, which wait in their own thread until they can.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any

from convflow.core import dtypes as types_
from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import Dimension, TensorShape, as_shape, dimension_value, scalar, unknown_shape
from convflow.graph import static_value
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import device, executing_eagerly, init_scope, name_scope
from convflow.graph.seeds import get_seed
from convflow.ops import queue_nodes as queue_nodes  # the nodes register themselves
from convflow.ops.array.gather import gather
from convflow.ops.array.stack import stack


class QueueBase:
    """What all queues can do (API: tf.QueueBase).

    An element is a tuple of tensors, one per component. Taking waits while there is nothing to take, adding while
    there is no room.

    Args:
        dtypes: the components' types.
        shapes: their shapes, or None where they may differ from element to element.
        names: of the components, or None; with names elements are dicts.
        queue_ref: the queue's handle.
    """

    def __init__(self, dtypes: list[DType], shapes: Any, names: list[str] | None, queue_ref: Tensor) -> None:
        if executing_eagerly():
            raise RuntimeError(
                "Queues are not supported when eager execution is enabled. Instead, please use tf.data to get data "
                "into your model."
            )
        if shapes is not None and len(shapes) != len(dtypes):
            raise ValueError(
                f"Queue shapes must have the same length as dtypes, received len(shapes)={len(shapes)}, "
                f"len(dtypes)={len(dtypes)}"
            )
        if names is not None and len(names) != len(dtypes):
            raise ValueError(
                f"Queue names must have the same length as dtypes, received len(names)={len(names)}, "
                f"len(dtypes)={len(dtypes)}"
            )
        self._dtypes = dtypes
        self._shapes = [unknown_shape() for _ in dtypes] if shapes is None else [as_shape(shape) for shape in shapes]
        self._names = names
        self._queue_ref = queue_ref
        self._name = queue_ref.op.name.split("/")[-1]

    @staticmethod
    def from_list(index: Any, queues: list[QueueBase]) -> QueueBase:
        """The queue of that number in a list of queues alike (API: tf.QueueBase.from_list).

        Raises:
            TypeError: not a list of queues, or of different types or names.
        """
        if not queues or not isinstance(queues, list) or not all(isinstance(queue, QueueBase) for queue in queues):
            raise TypeError(f"A list of queues expected, got {queues!r}.")
        first = queues[0]
        if any(queue.dtypes != first.dtypes for queue in queues):
            raise TypeError("Queues do not have matching component dtypes.")
        if any(queue.names != first.names for queue in queues):
            raise TypeError("Queues do not have matching component names.")
        shapes = [functools.reduce(_common_shape, group) for group in zip(*(q.shapes for q in queues), strict=True)]
        chosen = gather(stack([queue.queue_ref for queue in queues]), index)
        return QueueBase(first.dtypes, shapes, first.names, chosen)

    @property
    def queue_ref(self) -> Tensor:
        """The queue's handle."""
        return self._queue_ref

    @property
    def name(self) -> str:
        """The name of the queue's node."""
        return self._queue_ref.op.name

    @property
    def dtypes(self) -> list[DType]:
        return self._dtypes

    @property
    def shapes(self) -> list[TensorShape]:
        return self._shapes

    @property
    def names(self) -> list[str] | None:
        return self._names

    def enqueue(self, vals: Any, name: str | None = None) -> Operation:
        """Add one element (API: tf.QueueBase.enqueue).

        Args:
            vals: a tensor, a list of them, or a dict by the components' names.

        Raises:
            CancelledError: (when run) the queue is closed, or waiting was cancelled.
        """
        with name_scope(name, f"{self._name}_enqueue", _listed(vals)) as scope:
            components = self._components(vals)
            for value, shape in zip(components, self._shapes, strict=False):
                _check_compatible(value.shape, shape)
            return apply_op("QueueEnqueueV2", handle=self._queue_ref, components=components, name=scope)

    def enqueue_many(self, vals: Any, name: str | None = None) -> Operation:
        """Add the rows of tensors as elements, one after the other (API: tf.QueueBase.enqueue_many)."""
        with name_scope(name, f"{self._name}_EnqueueMany", _listed(vals)) as scope:
            components = self._components(vals)
            batch = Dimension(None)
            for value, shape in zip(components, self._shapes, strict=False):
                rows = value.shape.with_rank_at_least(1)
                batch = batch.merge_with(Dimension(dimension_value(rows[0])))
                _check_compatible(rows[1:], shape)
            return apply_op("QueueEnqueueManyV2", handle=self._queue_ref, components=components, name=scope)

    def dequeue(self, name: str | None = None) -> Any:
        """Take one element (API: tf.QueueBase.dequeue).

        Returns:
            Its tensor, a list of tensors where there are several components, a dict where they have names.

        Raises:
            OutOfRangeError: (when run) the queue is closed and empty.
            CancelledError: (when run) the session was closed while this waited.
        """
        return self._taken(self._apply("QueueDequeueV2", name or f"{self._name}_Dequeue"), None)

    def dequeue_many(self, n: Any, name: str | None = None) -> Any:
        """Take `n` elements, stacked along a new first axis (API: tf.QueueBase.dequeue_many).

        Raises:
            OutOfRangeError: (when run) the queue is closed and has fewer.
            InvalidArgumentError: (when run) the queue does not know its elements' shapes.
        """
        outputs = self._apply("QueueDequeueManyV2", name or f"{self._name}_DequeueMany", n=n)
        count = static_value.constant_value(outputs[0].op.inputs[1])
        return self._taken(outputs, Dimension(None if count is None else int(count)))

    def dequeue_up_to(self, n: Any, name: str | None = None) -> Any:
        """Take `n` elements, or those that a closed queue has left (API: tf.QueueBase.dequeue_up_to)."""
        outputs = self._apply("QueueDequeueUpToV2", name or f"{self._name}_DequeueUpTo", n=n)
        return self._taken(outputs, Dimension(None))

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> Operation:
        """Close the queue: what is in it can be taken, nothing be added (API: tf.QueueBase.close).

        Args:
            cancel_pending_enqueues: let those go who wait for room; otherwise closing waits until they are done.
        """
        return apply_op(
            "QueueCloseV2",
            handle=self._queue_ref,
            cancel_pending_enqueues=cancel_pending_enqueues,
            name=name or f"{self._name}_Close",
        )

    def is_closed(self, name: str | None = None) -> Tensor:
        """Whether the queue is closed, a bool scalar (API: tf.QueueBase.is_closed)."""
        return apply_op("QueueIsClosedV2", handle=self._queue_ref, name=name or f"{self._name}_Is_Closed")

    def size(self, name: str | None = None) -> Tensor:
        """How many elements the queue has, an int32 scalar (API: tf.QueueBase.size)."""
        return apply_op("QueueSizeV2", handle=self._queue_ref, name=name or f"{self._name}_Size")

    def _apply(self, op_type: str, name: str, **inputs: Any) -> list[Tensor]:
        return apply_op(op_type, handle=self._queue_ref, component_types=self._dtypes, name=name, **inputs)

    def _taken(self, outputs: list[Tensor], batch: Dimension | None) -> Any:
        for output, shape in zip(outputs, self._shapes, strict=False):
            output.set_shape(shape if batch is None else TensorShape([batch]).concatenate(shape))
        if self._names:
            return dict(zip(self._names, outputs, strict=False))
        return outputs[0] if len(outputs) == 1 else outputs

    def _components(self, vals: Any) -> list[Tensor]:
        if isinstance(vals, dict):
            if not self._names:
                raise ValueError("Queue must have names to enqueue a dictionary")
            if set(self._names) != set(vals):
                raise ValueError(
                    "Keys in dictionary to enqueue do not match names of Queue. "
                    f"Dictionary: {sorted(vals, key=str)}, Queue: {sorted(self._names, key=str)}"
                )
            vals = [vals[name] for name in self._names]
        elif self._names:
            raise ValueError("You must enqueue a dictionary in a Queue with names")
        elif not isinstance(vals, (list, tuple)):
            vals = [vals]
        return [
            convert_to_tensor(value, dtype=dtype, name=f"component_{index}")
            for index, (value, dtype) in enumerate(zip(vals, self._dtypes, strict=False))
        ]


class FIFOQueue(QueueBase):
    """First in, first out (API: tf.FIFOQueue).

    Args:
        capacity: how many elements fit; -1 for any number.
        dtypes: the type of an element, or a list of its components' types.
        shapes: their shapes, fully known; None where elements differ, which then are taken one by one.
        names: the components' names: elements are dicts.
        shared_name: queues of one session with the same shared name are one.
        name: of the node.
    """

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str | None = "fifo_queue",
    ) -> None:
        types, sizes = _types(dtypes), _known_shapes(shapes)
        with init_scope(), device("CPU"):
            handle = apply_op(
                "FIFOQueueV2",
                component_types=types,
                shapes=sizes,
                capacity=capacity,
                shared_name=shared_name,
                name=name,
            )
        super().__init__(types, sizes, _component_names(names, types), handle)


class RandomShuffleQueue(QueueBase):
    """Elements come out in random order (API: tf.RandomShuffleQueue).

    Args:
        capacity, dtypes, shapes, names, shared_name, name: as of `FIFOQueue`.
        min_after_dequeue: how many elements stay to draw from until the queue is closed.
        seed: of the order; see `tf.set_random_seed`.
    """

    def __init__(
        self,
        capacity: int,
        min_after_dequeue: int,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        seed: int | None = None,
        shared_name: str | None = None,
        name: str = "random_shuffle_queue",
    ) -> None:
        types, sizes = _types(dtypes), _known_shapes(shapes)
        seed1, seed2 = get_seed(seed)
        if seed is None and seed1 is not None and shared_name is not None:
            # The order follows from the graph's seed and the shared name alone, whatever was built before.
            digest = hashlib.md5(f"{seed1}{shared_name}".encode(), usedforsecurity=False).hexdigest()
            seed2 = int(digest[:8], 16) & 0x7FFFFFFF
        handle = apply_op(
            "RandomShuffleQueueV2",
            component_types=types,
            shapes=sizes,
            capacity=capacity,
            min_after_dequeue=min_after_dequeue,
            seed=seed1 or 0,
            seed2=seed2 or 0,
            shared_name=shared_name,
            name=name,
        )
        super().__init__(types, sizes, _component_names(names, types), handle)


class PaddingFIFOQueue(QueueBase):
    """First in, first out; elements of different sizes are filled up to the largest (API: tf.PaddingFIFOQueue).

    Args:
        capacity, dtypes, names, shared_name, name: as of `FIFOQueue`.
        shapes: of each component, with None for sizes that differ. Zeros or empty strings fill up.
    """

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "padding_fifo_queue",
    ) -> None:
        types, sizes = _types(dtypes), _partial_shapes(shapes)
        if len(types) != len(sizes):
            raise ValueError(
                f"Shapes must be provided for all components, but received {len(types)} dtypes and {len(sizes)} shapes."
            )
        handle = apply_op(
            "PaddingFIFOQueueV2",
            component_types=types,
            shapes=sizes,
            capacity=capacity,
            shared_name=shared_name,
            name=name,
        )
        super().__init__(types, sizes, _component_names(names, types), handle)


class PriorityQueue(QueueBase):
    """The element of the smallest priority comes first (API: tf.PriorityQueue).

    Elements have a first component more than `types` says: the priority, an int64 scalar.

    Args:
        types: the types of the other components.
        capacity, shapes, names, shared_name, name: as of `FIFOQueue`.
    """

    def __init__(
        self,
        capacity: int,
        types: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "priority_queue",
    ) -> None:
        own, sizes = _types(types), _known_shapes(shapes)
        handle = apply_op(
            "PriorityQueueV2",
            component_types=own,
            shapes=sizes,
            capacity=capacity,
            shared_name=shared_name,
            name=name,
        )
        super().__init__([types_.int64, *own], [scalar(), *sizes] if sizes else None, names, handle)


def _listed(vals: Any) -> list[Any]:
    if isinstance(vals, dict):
        return list(vals.values())
    return list(vals) if isinstance(vals, (list, tuple)) else [vals]


def _types(given: Any) -> list[DType]:
    return [as_dtype(item).base_dtype for item in (given if isinstance(given, (list, tuple)) else [given])]


def _shapes(shapes: Any) -> list[TensorShape] | None:
    """A list of shapes; sizes alone are one shape."""
    if shapes is None:
        return None
    if isinstance(shapes, TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, (list, tuple)):
        raise TypeError(f"Shapes must be a TensorShape or a list or tuple of TensorShapes, got {type(shapes)} instead.")
    if all(size is None or isinstance(size, int) for size in shapes):
        shapes = [shapes]
    return [as_shape(shape) for shape in shapes]


def _known_shapes(shapes: Any) -> list[TensorShape] | None:
    found = _shapes(shapes)
    if found is not None and not all(shape.is_fully_defined() for shape in found):
        raise ValueError(f"All shapes must be fully defined: {found}. Use a PaddingFIFOQueue for sizes that differ.")
    return found


def _partial_shapes(shapes: Any) -> list[TensorShape]:
    if not isinstance(shapes, (list, tuple)) or any(item is None or isinstance(item, int) for item in shapes):
        raise ValueError(f"When providing partial shapes, a list of shapes must be provided, got {shapes!r}.")
    found = _shapes(shapes) or []
    if any(shape.rank is None for shape in found):
        raise ValueError(f"All shapes must have a defined rank: {found}.")
    return found


def _component_names(names: Any, types: list[DType]) -> list[str] | None:
    if names is None:
        return None
    found = [names] if isinstance(names, str) else list(names)
    if len(found) != len(types):
        raise ValueError(f"List of names must have the same length as the list of dtypes: {found}, {len(types)} types.")
    return found


def _common_shape(left: TensorShape, right: TensorShape) -> TensorShape:
    if left.rank is None or left.rank != right.rank:
        return unknown_shape()
    return TensorShape([a if a == b else None for a, b in zip(left.as_list(), right.as_list(), strict=True)])


def _check_compatible(found: TensorShape, expected: TensorShape) -> None:
    if not found.is_compatible_with(expected):
        raise ValueError(f"Shapes {found} and {expected} are incompatible: the queue has elements of {expected}.")

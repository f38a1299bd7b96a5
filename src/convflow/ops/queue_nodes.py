"""The nodes of queues: the four kinds, and what is done with them. A queue's handle is a `resource`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes, errors, values
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape, scalar, unknown_shape
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.queue_orders import PriorityStore, ShuffledStore
from convflow.ops.queue_resource import Element, ElementStore, QueueResource

_SHAPES = "shapes: list(shape) = [] >= 0; capacity: int = -1"
_NAMES = "container: string = ''; shared_name: string = ''"


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _queue_kernel(kind: str, make_store: Callable[[Operation], ElementStore]) -> Callable[..., Any]:
    def kernel(op: Operation, store: Any) -> Callable[[], QueueResource]:
        shared_name = _text(op.attrs["shared_name"])
        key = ("queue", _text(op.attrs["container"]), shared_name) if shared_name else ("queue", op.name)

        def make() -> QueueResource:
            return QueueResource(
                shared_name or op.name,
                kind,
                _component_types(op),
                _component_shapes(op),
                op.attrs["capacity"],
                make_store(op),
                op.attrs.get("min_after_dequeue", 0),
            )

        def handle() -> QueueResource:
            queue = store.resource(key, make)
            _check_shared(queue, kind, op)
            return queue

        return handle

    return kernel


def _component_types(op: Operation) -> list[DType]:
    types = list(op.attrs["component_types"])
    return [dtypes.int64, *types] if op.type == "PriorityQueueV2" else types


def _component_shapes(op: Operation) -> list[TensorShape]:
    shapes = list(op.attrs["shapes"])
    return [scalar(), *shapes] if op.type == "PriorityQueueV2" and shapes else shapes


def _check_shared(queue: QueueResource, kind: str, op: Operation) -> None:
    if (queue.kind, queue.component_types) != (kind, _component_types(op)):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The shared queue '{queue.name}' is a {queue.kind} of {_names(queue.component_types)}, but {op.name} asks "
            f"for a {kind} of {_names(_component_types(op))}. Give one of them another shared_name.",
        )


def _names(types: list[DType]) -> str:
    return ", ".join(dtype.name for dtype in types)


def _register_queue(
    kind: str, make_store: Callable[[Operation], ElementStore], types: str = ">= 1", more: str = ""
) -> None:
    shapes = _SHAPES.replace("= [] ", "") if kind == "PriorityQueue" else _SHAPES
    register_op(
        f"{kind}V2",
        outputs="handle: resource",
        attrs=f"component_types: list(type) {types}; {shapes}; {more}{_NAMES}",
        shape=rules.scalar_output,
        kernel=_queue_kernel(kind, make_store),
        gradient=NO_GRADIENT,
        stateful=True,
    )


_register_queue("FIFOQueue", lambda op: ElementStore())
_register_queue("PaddingFIFOQueue", lambda op: ElementStore())
_register_queue("PriorityQueue", lambda op: PriorityStore(), types="= [] >= 0")
_register_queue(
    "RandomShuffleQueue",
    lambda op: ShuffledStore(op.attrs["seed"], op.attrs["seed2"]),
    more="min_after_dequeue: int = 0; seed: int = 0; seed2: int = 0; ",
)


# Adding


def _enqueue_kernel(op: Operation, store: Any) -> Callable[..., None]:
    def enqueue(queue: QueueResource, *components: Any) -> None:
        _check_components(queue, components, batch=False)
        queue.add([tuple(map(own_copy, components))])

    return enqueue


def _enqueue_many_kernel(op: Operation, store: Any) -> Callable[..., None]:
    def enqueue_many(queue: QueueResource, *components: Any) -> None:
        _check_components(queue, components, batch=True)
        queue.add([tuple(map(own_copy, (_row(part, i) for part in components))) for i in range(len(components[0]))])

    return enqueue_many


def _row(value: Any, index: int) -> Any:
    row = value[index]
    return row if isinstance(row, (torch.Tensor, np.ndarray)) else np.array(row, dtype=object)


def own_copy(value: Any) -> Any:
    """A copy: the value may be a variable's memory, which changes before somebody takes it out."""
    return value.clone(memory_format=torch.contiguous_format) if isinstance(value, torch.Tensor) else value.copy()


def _check_components(queue: QueueResource, components: tuple[Any, ...], batch: bool) -> None:
    found = [values.dtype_of(value) for value in components]
    if found != queue.component_types:
        raise _refusal(f"{queue.name} takes components of {_names(queue.component_types)}, got {_names(found)}.")
    for index, (value, shape) in enumerate(zip(components, queue.shapes, strict=False)):
        expected = TensorShape([None]).concatenate(shape) if batch else shape
        if not expected.is_compatible_with(tuple(value.shape)):
            raise _refusal(
                f"Shape mismatch in tuple component {index}. Expected {expected}, got {TensorShape(value.shape)}"
            )
    if batch and len({len(value) for value in components}) > 1:
        sizes = [len(value) for value in components]
        raise _refusal(f"All input tuples must have same size in the 0th dimension, got {sizes}.")


def _refusal(message: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, None, message)


_ENQUEUE = {"QueueEnqueueV2": _enqueue_kernel, "QueueEnqueueManyV2": _enqueue_many_kernel}
for _name, _kernel in _ENQUEUE.items():
    register_op(
        _name,
        inputs="handle: resource; components: (Tcomponents...)",
        attrs="Tcomponents: list(type) >= 1; timeout_ms: int = -1",
        shape=rules.no_output,
        kernel=_kernel,
        gradient=NO_GRADIENT,
        stateful=True,
    )


# Taking


def _dequeue_kernel(op: Operation, store: Any) -> Callable[..., Element]:
    def dequeue(queue: QueueResource) -> Element:
        _check_types(op, queue)
        return queue.take(1)[0]

    return dequeue


def _dequeue_many_kernel(op: Operation, store: Any) -> Callable[..., Element]:
    fewer_at_end = op.type == "QueueDequeueUpToV2"

    def dequeue_many(queue: QueueResource, n: torch.Tensor) -> Element:
        _check_types(op, queue)
        count = int(n)
        if count < 0:
            raise _refusal(f"{op.type} requires a non-negative number of elements n, got {count}.")
        pads = queue.kind == "PaddingFIFOQueue"
        if not pads and not (queue.shapes and all(shape.is_fully_defined() for shape in queue.shapes)):
            raise _refusal(
                f"{queue.kind}'s DequeueMany and DequeueUpTo require the components to have specified shapes: pass "
                "shapes to the queue."
            )
        elements = queue.take(count, fewer_at_end) if count else []
        return tuple(
            _joined([element[i] for element in elements], queue.component_types[i], queue.shapes[i])
            for i in range(len(queue.component_types))
        )

    return dequeue_many


def _check_types(op: Operation, queue: QueueResource) -> None:
    if op.attrs["component_types"] != queue.component_types:
        raise _refusal(
            f"{queue.name} has components of {_names(queue.component_types)}, but {op.name} asks for "
            f"{_names(op.attrs['component_types'])}."
        )


def _joined(parts: list[Any], dtype: DType, shape: TensorShape) -> Any:
    """One value of many, along a new first axis; smaller ones filled up with zeros or empty strings."""
    sizes = [size or 0 for size in shape.as_list()]
    for part in parts:
        sizes = [max(pair) for pair in zip(sizes, part.shape, strict=True)]
    if dtype is dtypes.string:
        texts = np.full([len(parts), *sizes], b"", dtype=object)
        for index, part in enumerate(parts):
            texts[_corner(index, part)] = part if part.ndim else part.item()
        return texts
    if parts and all(list(part.shape) == sizes for part in parts):
        return torch.stack(parts)
    result = torch.zeros([len(parts), *sizes], dtype=dtype.as_torch_dtype)
    for index, part in enumerate(parts):
        result[_corner(index, part)] = part
    return result


def _corner(index: int, part: Any) -> tuple[Any, ...]:
    """Where a smaller part stands among the others."""
    return (index, *(slice(size) for size in part.shape))


def _components(ctx: InferenceContext) -> list[TensorShape]:
    # A handle says nothing of the queue's shapes: the queue's methods set them.
    return [unknown_shape() for _ in ctx.attr("component_types")]


def _many_components(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "n")
    return _components(ctx)


register_op(
    "QueueDequeueV2",
    inputs="handle: resource",
    outputs="components: (component_types...)",
    attrs="component_types: list(type) >= 1; timeout_ms: int = -1",
    shape=_components,
    kernel=_dequeue_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
for _name in ("QueueDequeueManyV2", "QueueDequeueUpToV2"):
    register_op(
        _name,
        inputs="handle: resource; n: int32",
        outputs="components: (component_types...)",
        attrs="component_types: list(type) >= 1; timeout_ms: int = -1",
        shape=_many_components,
        kernel=_dequeue_many_kernel,
        gradient=NO_GRADIENT,
        stateful=True,
    )


# State


def _close_kernel(op: Operation, store: Any) -> Callable[[QueueResource], None]:
    cancel = op.attrs["cancel_pending_enqueues"]
    return lambda queue: queue.close(cancel)


register_op(
    "QueueCloseV2",
    inputs="handle: resource",
    attrs="cancel_pending_enqueues: bool = false",
    shape=rules.no_output,
    kernel=_close_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
register_op(
    "QueueIsClosedV2",
    inputs="handle: resource",
    outputs="is_closed: bool",
    shape=rules.scalar_output,
    kernel=lambda op, store: lambda queue: torch.tensor(queue.is_closed()),
    gradient=NO_GRADIENT,
    stateful=True,
)
register_op(
    "QueueSizeV2",
    inputs="handle: resource",
    outputs="size: int32",
    shape=rules.scalar_output,
    kernel=lambda op, store: lambda queue: torch.tensor(queue.size(), dtype=torch.int32),
    gradient=NO_GRADIENT,
    stateful=True,
)

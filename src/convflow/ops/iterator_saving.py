"""The nodes that save iterators and restore them (what make_saveable_from_iterator builds)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from tensorboard.compat.proto.attr_value_pb2 import NameAttrList

from convflow.core import dtypes, errors, logging
from convflow.core.shape import TensorShape
from convflow.graph.graph import Graph
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.iterator import IteratorResource
from convflow.ops.iterator_state import IteratorState

# What to do about functions that keep state of their own, which is not saved.
WARN, IGNORE, FAIL = 0, 1, 2


def _datasets(handle: Operation) -> list[Operation]:
    """The nodes that make the datasets of an iterator."""
    consumers = [op for op in handle.outputs[0].consumers() if op.type == "MakeIterator"]
    return [op.inputs[0].op for op in consumers]


def _nodes_behind(starts: list[Operation]) -> Iterator[Operation]:
    """The dataset nodes that others are made of; what else they take, such as a variable's value, is given once."""
    seen: set[Operation] = set()
    waiting = list(starts)
    while waiting:
        op = waiting.pop()
        if op not in seen:
            seen.add(op)
            yield op
            waiting += [tensor.op for tensor in op.inputs if tensor.dtype == dtypes.variant]


def _functions(op: Operation, graph: Graph) -> Iterator[Any]:
    for value in op.attrs.values():
        if isinstance(value, NameAttrList):
            yield graph.function(value.name)


def _stateful(op: Operation) -> bool:
    makes_dataset = any(tensor.dtype == dtypes.variant for tensor in op.outputs)
    return op.definition.stateful and not makes_dataset and op.type != "Assert"


def external_state(handle: Operation) -> str | None:
    """The type of a node that keeps state, in one of the functions that an iterator's datasets call; None without."""
    waiting = [function for op in _nodes_behind([handle, *_datasets(handle)]) for function in _functions(op, op.graph)]
    seen: set[int] = set()
    while waiting:
        body = waiting.pop()
        if id(body) in seen:
            continue
        seen.add(id(body))
        for op in body.get_operations():
            if _stateful(op):
                return op.type
            waiting += _functions(op, body)
    return None


def _save_kernel(op: Operation, store: Any) -> Callable[[IteratorResource], np.ndarray]:
    handle, policy = op.inputs[0].op, op.attrs["external_state_policy"]

    def save(iterator: IteratorResource) -> np.ndarray:
        kept = None if policy == IGNORE else external_state(handle)
        if kept is not None:
            _report(kept, iterator.name, policy)
        saved = np.empty(1, object)
        saved[0] = iterator.save().serialized()
        return saved

    return save


def _report(op_type: str, name: str, policy: int) -> None:
    message = (
        f"{op_type} is stateful. A function of the dataset that the iterator {name} reads keeps state that a "
        "checkpoint does not hold. Draw random numbers in the dataset (tf.data.experimental.RandomDataset), or pass "
        "external_state_policy='warn' to make_saveable_from_iterator."
    )
    if policy == FAIL:
        raise errors.FailedPreconditionError(None, None, message)
    logging.warning("%s", message)


def _saved_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "resource_handle")
    return [TensorShape([None])]


register_op(
    "SerializeIterator",
    inputs="resource_handle: resource",
    outputs="serialized: variant",
    attrs="external_state_policy: int = 0",
    shape=_saved_shape,
    kernel=_save_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _restore(iterator: IteratorResource, serialized: np.ndarray) -> None:
    if serialized.shape != (1,):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The checkpoint's value for the iterator {iterator.name} has the shape {list(serialized.shape)}, expected "
            "[1]. Iterators that TensorFlow saved cannot be restored.",
        )
    iterator.restore(IteratorState.parse(serialized[0]))


register_op(
    "DeserializeIterator",
    inputs="resource_handle: resource; serialized: variant",
    shape=rules.no_output,
    kernel=lambda op, store: _restore,
    gradient=NO_GRADIENT,
    stateful=True,
)

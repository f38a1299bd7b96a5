"""Tensors in lists, tuples and dicts, as layers take and return them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor


def converted(inputs: Any) -> Any:
    """Arrays and numbers as tensors, wherever they stand in `inputs`."""
    if isinstance(inputs, dict):
        return {key: converted(item) for key, item in inputs.items()}
    if isinstance(inputs, (list, tuple)):
        parts = [converted(item) for item in inputs]
        return type(inputs)(*parts) if hasattr(inputs, "_fields") else type(inputs)(parts)
    return inputs if inputs is None or isinstance(inputs, Tensor) else convert_to_tensor(inputs)


def flat(nested: Any) -> Iterator[Any]:
    if isinstance(nested, dict):
        for key in sorted(nested):
            yield from flat(nested[key])
    elif isinstance(nested, (list, tuple)):
        for item in nested:
            yield from flat(item)
    elif nested is not None:
        yield nested


def shapes(nested: Any) -> Any:
    """The static shapes of the tensors, in the structure they stand in."""
    if isinstance(nested, dict):
        return {key: shapes(item) for key, item in nested.items()}
    if isinstance(nested, (list, tuple)):
        return [shapes(item) for item in nested]
    return TensorShape(None) if nested is None else nested.shape


def once(*groups: list[Any]) -> list[Any]:
    """The items of all lists, each object once."""
    return list({id(item): item for group in groups for item in group}.values())


def operation(update: Any) -> Operation:
    return update if isinstance(update, Operation) else convert_to_tensor(update).op


def depending_on(inputs: Any, items: list[tuple[Any, Any]]) -> list[Any]:
    if inputs is None:
        return [item for item, depends_on in items if depends_on is None]
    conditional = [item for item, depends_on in items if depends_on is not None]
    ops = {item: item if isinstance(item, Operation) else item.op for item in conditional}
    found = set(reached(list(flat(inputs)), list(ops.values())))
    return [item for item in conditional if ops[item] in found]


def reached(tensors: list[Tensor], ops: list[Operation]) -> list[Operation]:
    """Those of `ops` that `tensors` flow into.

    Found backwards: an update's past is a small part of what a network's input flows into.
    """
    sources = {tensor.op for tensor in tensors}
    return [op for op in ops if sources and _flows_from(sources, op)]


def _flows_from(sources: set[Operation], op: Operation) -> bool:
    seen = {op}
    waiting = [op]
    while waiting:
        current = waiting.pop()
        if current in sources:
            return True
        earlier = {tensor.op for tensor in current.inputs} - seen
        seen |= earlier
        waiting.extend(earlier)
    return False

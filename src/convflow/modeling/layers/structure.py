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
    reached = _reached_from(list(flat(inputs)))
    conditional = [item for item, depends_on in items if depends_on is not None]
    return [item for item in conditional if (item if isinstance(item, Operation) else item.op) in reached]


def _reached_from(tensors: list[Tensor]) -> set[Operation]:
    reached = {tensor.op for tensor in tensors}
    waiting = [op for tensor in tensors for op in tensor.consumers()]
    while waiting:
        op = waiting.pop()
        if op not in reached:
            reached.add(op)
            waiting.extend(reader for output in op.outputs for reader in output.consumers())
    return reached

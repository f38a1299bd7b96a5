"""Nodes that pass values on (API: tf.identity, tf.stop_gradient, tf.no_op, tf.group, tf.tuple)."""

from __future__ import annotations

from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation
from convflow.graph.scopes import colocate_with, control_dependencies, get_default_graph, name_scope
from convflow.ops import rules


def _passed_on(value: Any) -> Any:
    return value


def identity(input: Any, name: str | None = None) -> Any:
    """The same value under a new name (API: tf.identity)."""
    if isinstance(input, IndexedSlices):
        return _each_part(identity, input, name)
    return apply_op("Identity", input=input, name=name)


register_op(
    "Identity",
    inputs="input: T",
    outputs="output: T",
    attrs="T: type",
    shape=rules.unchanged,
    kernel=lambda op: _passed_on,
    gradient=lambda op, grad: [grad],
)


def _each_part(function: Any, slices: IndexedSlices, name: str | None) -> IndexedSlices:
    return IndexedSlices(*(function(part, name=name) for part in slices.components))


def stop_gradient(input: Any, name: str | None = None) -> Any:
    """The same value, taken as a constant by gradients (API: tf.stop_gradient)."""
    if isinstance(input, IndexedSlices):
        return _each_part(stop_gradient, input, name)
    return apply_op("StopGradient", input=input, name=name)


register_op(
    "StopGradient",
    inputs="input: T",
    outputs="output: T",
    attrs="T: type",
    shape=rules.unchanged,
    kernel=lambda op: _passed_on,
    gradient=NOT_DIFFERENTIABLE,
)


def no_op(name: str | None = None) -> Operation:
    """A node that does nothing; what it waits for is what matters (API: tf.no_op)."""
    return apply_op("NoOp", name=name)


register_op(
    "NoOp", shape=rules.no_output, kernel=lambda op: lambda: None, gradient=NO_GRADIENT
)  # fmt: skip


def group(*inputs: Any, **kwargs: Any) -> Operation:
    """A node that is done when all `inputs` are (API: tf.group).

    Args:
        inputs: tensors, operations, variables, or nested lists of them.
        name: the node's name.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise ValueError(f"Unknown keyword arguments: {', '.join(sorted(kwargs))}")
    with name_scope(name, "group_deps", list(_flat(inputs))) as scope:
        ops = list(dict.fromkeys(_operation(item) for item in _flat(inputs)))
        if not ops:
            return no_op(name=scope)
        with control_dependencies(ops):
            return no_op(name=scope)


def _flat(items: Any) -> Any:
    for item in items:
        if isinstance(item, (list, tuple)):
            yield from _flat(item)
        elif isinstance(item, dict):
            yield from _flat(item.values())
        elif isinstance(item, IndexedSlices):
            yield from item.components
        elif item is not None:
            yield item


def _operation(item: Any) -> Operation:
    if isinstance(item, IndexedSlices):
        return item.op
    element = get_default_graph().as_graph_element(item)
    return element if isinstance(element, Operation) else element.op


def tuple_(tensors: Any, name: str | None = None, control_inputs: Any = None) -> list[Any]:
    """The tensors, each passed on only when all are there (API: tf.tuple). None entries stay None."""
    with name_scope(name, "tuple", list(tensors)) as scope:
        gates = [_operation(tensor) for tensor in tensors if tensor is not None]
        gates += [_operation(item) for item in control_inputs or []]
        if not gates:
            raise ValueError(f"Must have at least one Tensor: {tensors}")
        gate = group(*gates, name="group_deps") if scope else None
        with control_dependencies([gate]):
            return [None if tensor is None else _gated(tensor) for tensor in tensors]


def _gated(tensor: Any) -> Any:
    if isinstance(tensor, Operation):
        with control_dependencies([tensor]):
            return no_op()
    if isinstance(tensor, IndexedSlices):
        return tensor.with_values(_gated(tensor.values))
    with colocate_with(tensor):
        return identity(tensor, name="control_dependency")

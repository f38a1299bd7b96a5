"""Nodes that pass values on (API: tf.identity, tf.stop_gradient, tf.no_op, tf.group, tf.tuple)."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation
from convflow.graph.scopes import (
    colocate_with,
    control_dependencies,
    device,
    executing_eagerly,
    get_default_graph,
    name_scope,
)
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import rules


def _passed_on(value: Any) -> Any:
    return value


def identity(input: Any, name: str | None = None) -> Any:
    """The same value under a new name (API: tf.identity).

    Args:
        input: a tensor, value, sparse tensor or `IndexedSlices`, of any type.

    Returns:
        Of the kind, type and shape of `input`.
    """
    if isinstance(input, IndexedSlices):
        return _each_part(identity, input, name)
    if isinstance(input, SparseTensor):
        return SparseTensor(identity(input.indices), identity(input.values), identity(input.dense_shape))
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
    """The same value, taken as a constant by gradients (API: tf.stop_gradient).

    Args:
        input: a tensor, value or `IndexedSlices`, of any type.

    Returns:
        Of the type and shape of `input`.
    """
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
    if executing_eagerly():
        return None  # type: ignore[return-value]  # what was called has run
    items = list(_flat(inputs))
    with name_scope(name, "group_deps", items) as scope:
        places: dict[str, list[Operation]] = {}
        for item in items:
            op = _grouped(item)
            places.setdefault(op.device, []).append(op)
        if len(places) > 1:
            # One node for each place, so that only one edge leads from it to the whole.
            nodes = [_done(places[where], where, None) for where in sorted(places)]
            return _done(nodes, "", scope)
        for where, ops in places.items():
            return _done(ops, where, scope)
        return no_op(name=scope)


def _done(ops: list[Operation], where: str, name: str | None) -> Operation:
    place = device(where) if where else nullcontext()
    with control_dependencies(ops), place:
        return no_op(name=name)


def _grouped(item: Any) -> Operation:
    if not hasattr(item, "device"):
        raise TypeError(
            f"'inputs' should be zero or more (nested) Tensors. Received {item!r} with type {type(item).__name__}."
        )
    return _operation(item)


def _flat(items: Any) -> Any:
    for item in items:
        if isinstance(item, (list, tuple)):
            yield from _flat(item)
        elif isinstance(item, dict):
            yield from _flat(item[key] for key in sorted(item))
        elif isinstance(item, IndexedSlices):
            yield from item.components
        else:
            yield item


def _operation(item: Any) -> Operation:
    if isinstance(item, IndexedSlices) or hasattr(item, "handle"):
        return item.op
    element = get_default_graph().as_graph_element(item)
    return element if isinstance(element, Operation) else element.op


def tuple_(tensors: Any, name: str | None = None, control_inputs: Any = None) -> list[Any]:
    """The tensors, each passed on only when all are there (API: tf.tuple). None entries stay None.

    Args:
        tensors: a list of tensors, `IndexedSlices` or None.
        control_inputs: further operations or tensors to wait for.

    Returns:
        A list as long as `tensors`, of their types and shapes.

    Raises:
        ValueError: there is nothing to wait for.
    """
    if executing_eagerly():
        return list(tensors)
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

"""First values that depend on other variables: such a value must not wait for their initializers to have run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Operation, Tensor

_VARIABLE_OPS = ("Variable", "VariableV2", "VarHandleOp")
# What may be read before initializers have run, or, of handles, is read as it is.
_LEFT = ("IsVariableInitialized", "VarIsInitializedOp", "ReadVariableOp")
_LISTS = (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES)


def without_uninitialized(initial_value: Tensor, variable_name: str) -> Tensor:
    """`initial_value` computed from the first values of variables that are not initialized yet.

    Nodes between those variables and the value are made a second time, under their name and `variable_name`, as
    TensorFlow does; where no variable is involved the value is returned as it is.
    """
    replaced: dict[Operation, Operation] = {}
    for op in _inputs_first(initial_value.op):
        replaced[op] = _replacement(op, replaced, variable_name)
    return replaced[initial_value.op].outputs[initial_value.value_index]


def _inputs_first(last: Operation) -> list[Operation]:
    """The operations that `last` is computed from and `last`, each after its inputs, in the order they are met."""
    order: list[Operation] = []
    seen: set[Operation] = set()
    waiting: list[tuple[Operation, bool]] = [(last, False)]
    while waiting:
        op, inputs_done = waiting.pop()
        if inputs_done:
            order.append(op)
        elif op not in seen:
            seen.add(op)
            waiting.append((op, True))
            if op.type not in _LEFT:
                waiting.extend((tensor.op, False) for tensor in reversed(op.inputs))
    return order


def _replacement(op: Operation, replaced: dict[Operation, Operation], variable_name: str) -> Operation:
    if op.type in _LEFT:
        return op
    if op.type in _VARIABLE_OPS:
        first_value = _first_value_of(op)
        return op if first_value is None else first_value().op
    inputs = [replaced[tensor.op].outputs[tensor.value_index] for tensor in op.inputs]
    if all(new is old for new, old in zip(inputs, op.inputs, strict=True)):
        return op
    if any(new.dtype.base_dtype != old.dtype.base_dtype for new, old in zip(inputs, op.inputs, strict=True)):
        # It takes a handle, for which a value cannot stand in: the program initializes that variable first.
        return op
    # What was a reference has become a value.
    op_type = "Switch" if op.type == "RefSwitch" else op.type
    name = f"{op.name}_{variable_name}/"
    return op.graph.create_op(op_type, inputs, name=name, attrs=dict(op.attrs))


def _first_value_of(op: Operation) -> Callable[[], Any] | None:
    for collection in _LISTS:
        for variable in op.graph.get_collection(collection):
            if getattr(variable, "op", None) is op and hasattr(variable, "initialized_value"):
                return variable.initialized_value
    return None

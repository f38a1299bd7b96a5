"""Is this graph well formed? Used by tests and after every rewrite of a plan."""

from __future__ import annotations

from collections.abc import Iterable

from convflow.graph.opdef import REQUIRED
from convflow.graph.operation import Operation


def check_nodes(nodes: Iterable[Operation]) -> None:
    """Raise ValueError unless every node's inputs come before it, fit its signature and carry its attributes."""
    seen: set[Operation] = set()
    names: set[str] = set()
    for op in nodes:
        if op.name in names:
            raise ValueError(f"Two nodes are called {op.name}.")
        for tensor in op.inputs:
            if tensor.op not in seen:
                raise ValueError(f"{op.name} takes {tensor.name}, which is not made before it.")
        for control in op.control_inputs:
            if control not in seen:
                raise ValueError(f"{op.name} waits for {control.name}, which is not made before it.")
        _check_signature(op)
        seen.add(op)
        names.add(op.name)


def _check_signature(op: Operation) -> None:
    for name, attr in op.definition.attrs.items():
        if name not in op.attrs and attr.default is REQUIRED:
            raise ValueError(f"{op.name} ({op.type}) lacks the attribute {name}.")
    position = 0
    for arg in op.definition.inputs:
        if arg.type_list_attr is not None:
            types = op.attrs[arg.type_list_attr]
        else:
            dtype = arg.type if arg.type is not None else op.attrs[str(arg.type_attr)]
            types = [dtype] * (op.attrs[arg.number_attr] if arg.number_attr is not None else 1)
        for dtype in types:
            given = op.inputs[position].dtype
            if given.base_dtype is not dtype or (arg.is_ref and not given._is_ref_dtype):
                raise ValueError(f"{op.name} ({op.type}) takes {dtype.name} as {arg.name}, got {given.name}.")
            position += 1
    if position != len(op.inputs):
        raise ValueError(f"{op.name} ({op.type}) takes {position} inputs, got {len(op.inputs)}.")

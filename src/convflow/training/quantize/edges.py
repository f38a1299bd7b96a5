"""Who reads a tensor, and giving readers another one."""

from __future__ import annotations

from collections.abc import Iterable

from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_collection, name_scope
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.scope import AUTO_REUSE, get_variable, variable_scope
from convflow.ops.array.identity import identity
from convflow.ops.state import assign_add

_STEP = "fake_quantization_step"
# Nodes that only hand a value on.
_PASSING = ("Identity", "ReadVariableOp")


def reroute(new: Tensor, old: Tensor, readers: Iterable[Operation] | None = None) -> int:
    """Have the readers of `old` (or those given) take `new` instead; how many inputs that changes."""
    changed = 0
    for op in dict.fromkeys(old.consumers() if readers is None else readers):
        for index, tensor in enumerate(op.inputs):
            if tensor is old:
                op._update_input(index, new)
                changed += 1
    return changed


def scope_of(op: Operation) -> str:
    """The name scope that a node's name stands in, "" for none."""
    return op.name.rpartition("/")[0]


def of_variable(tensor: Tensor) -> bool:
    """Whether a tensor is what a variable, or the parts of one, hold."""
    op = tensor.op
    if op.type in ("Variable", "VariableV2", "VarHandleOp"):
        return True
    if op.type in _PASSING:
        return of_variable(op.inputs[0])
    return op.type == "ConcatV2" and all(of_variable(part) for part in op.inputs[:-1])


def variable_under(tensor: Tensor) -> Operation | None:
    """The node of the variable that a tensor is read from."""
    op = tensor.op
    while op.type in _PASSING:
        op = op.inputs[0].op
    return op if op.type in ("Variable", "VariableV2", "VarHandleOp") else None


def quantization_step(graph: Graph) -> Tensor:
    """How often the rewritten graph has run, int64; a variable of its own counts it, once a run."""
    for variable in get_collection(GraphKeys.GLOBAL_VARIABLES):
        if variable.op.name == _STEP:
            return graph.get_tensor_by_name(f"{_STEP}/Identity:0")
    with name_scope(None), variable_scope("", reuse=AUTO_REUSE, auxiliary_name_scope=False):
        step = get_variable(_STEP, [], dtype="int64", initializer=Zeros(), trainable=False)
        with name_scope(f"{_STEP}/"):
            return identity(assign_add(step, 1), name="Identity")

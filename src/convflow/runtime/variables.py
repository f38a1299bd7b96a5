"""Which variables an item of a plan touches, and which only looks at them."""

from __future__ import annotations

from convflow.core import dtypes
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.fused import Fused
from convflow.runtime.loops import Item

_HOLDERS = ("VariableV2", "Variable", "VarHandleOp")
# They take a variable's place and leave its value alone.
LOOK_ONLY = frozenset({"Identity", "IsVariableInitialized", "ReadVariableOp", "VarIsInitializedOp", "VariableShape"})


def touched(item: Item) -> frozenset[str] | None:
    """The names of the variables an item takes, by reference, handle or value; None where they are not known."""
    if not isinstance(item, Operation):
        return None
    names = [
        variable_of(tensor)
        for tensor in item.inputs
        if tensor.dtype._is_ref_dtype or tensor.dtype.base_dtype is dtypes.resource
    ]
    return None if None in names else frozenset(name for name in names if name is not None)


def variable_of(tensor: Tensor) -> str | None:
    """The name under which a session keeps the variable that a reference or handle stands for, if it can be told."""
    op = tensor.op
    while op.type not in _HOLDERS:
        # What writes a variable hands its reference on.
        if isinstance(op, Fused) or not op.inputs or not op.inputs[0].dtype._is_ref_dtype or len(op.outputs) != 1:
            return None
        op = op.inputs[0].op
    shared = op.attrs["shared_name"]
    return (shared.decode() if isinstance(shared, bytes) else shared) or op.name


def only_looks(item: Item) -> bool:
    """Whether all that an item does to variables is to read them."""
    members = item.members if isinstance(item, Fused) else (item,)
    return all(isinstance(op, Operation) and op.type in LOOK_ONLY for op in members)

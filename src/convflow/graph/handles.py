"""Which variable a resource handle stands for."""

from __future__ import annotations

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.operation import Operation, Tensor

_PASS_ON = frozenset({"Identity", "Switch", "RefSwitch", "Merge", "Enter", "Exit", "NextIteration"})


def variable_op_of(handle: Tensor) -> Operation | None:
    """The `VarHandleOp` behind a handle, None where it is not in sight (a placeholder, an iterator's)."""
    op, seen = handle.op, set()
    while op.type in _PASS_ON and op not in seen:
        seen.add(op)
        op = op.inputs[0].op
    return op if op.type == "VarHandleOp" else None


def handle_shape(handle: Tensor) -> TensorShape:
    """What is known of the shape of the variable behind a handle."""
    op = variable_op_of(handle)
    return unknown_shape() if op is None else op.attrs["shape"]


def handle_dtype(handle: Tensor) -> dtypes.DType | None:
    """The element type of the variable behind a handle, None if it is not in sight."""
    op = variable_op_of(handle)
    return None if op is None else op.attrs["dtype"]

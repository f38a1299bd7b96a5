"""Which variable a resource handle stands for."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.core.values import dtype_of
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.operation import Operation, Tensor

_PASS_ON = frozenset({"Identity", "Switch", "RefSwitch", "Merge", "Enter", "Exit", "NextIteration"})


def variable_op_of(handle: Tensor) -> Operation | None:
    """The `VarHandleOp` behind a handle, None where it is not in sight (a placeholder, an iterator's)."""
    if isinstance(handle, EagerTensor):
        return None
    op, seen = handle.op, set()
    while op.type in _PASS_ON and op not in seen:
        seen.add(op)
        op = op.inputs[0].op
    return op if op.type == "VarHandleOp" else None


def handle_shape(handle: Tensor) -> TensorShape:
    """What is known of the shape of the variable behind a handle."""
    known = known_slot(handle)
    if known is not None:
        return known.shape
    op = variable_op_of(handle)
    return unknown_shape() if op is None else op.attrs["shape"]


def handle_dtype(handle: Tensor) -> dtypes.DType | None:
    """The element type of the variable behind a handle, None if it is not in sight."""
    known = known_slot(handle)
    if known is not None:
        return dtype_of(known.value)
    op = variable_op_of(handle)
    return None if op is None else op.attrs["dtype"]


def known_slot(handle: Tensor) -> Any:
    """The variable behind a handle of eager mode, also one that a function has captured; None of other handles."""
    while not isinstance(handle, EagerTensor):
        outside = getattr(handle.graph, "outside", None)
        handle = None if outside is None else outside(handle)  # type: ignore[assignment]
        if handle is None:
            return None
    return handle._value if getattr(handle._value, "is_initialized", False) else None

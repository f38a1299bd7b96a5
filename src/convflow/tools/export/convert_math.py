"""Arithmetic, comparisons and sums."""

from __future__ import annotations

import numpy as np

from convflow.core import dtypes
from convflow.graph.operation import Operation
from convflow.tools.export.builder import Builder, converter

_BINARY = {
    "Add": "Add",
    "AddV2": "Add",
    "Sub": "Sub",
    "Mul": "Mul",
    "RealDiv": "Div",
    "Maximum": "Max",
    "Minimum": "Min",
    "Pow": "Pow",
    "Equal": "Equal",
    "Less": "Less",
    "LessEqual": "LessOrEqual",
    "Greater": "Greater",
    "GreaterEqual": "GreaterOrEqual",
    "LogicalAnd": "And",
    "LogicalOr": "Or",
}
_UNARY = {
    "Sqrt": "Sqrt",
    "Exp": "Exp",
    "Log": "Log",
    "Neg": "Neg",
    "Abs": "Abs",
    "Floor": "Floor",
    "Ceil": "Ceil",
    "Round": "Round",
    "Rint": "Round",
    "Sign": "Sign",
    "Sin": "Sin",
    "Cos": "Cos",
    "Erf": "Erf",
    "Reciprocal": "Reciprocal",
    "Inv": "Reciprocal",
    "LogicalNot": "Not",
}
_REDUCTIONS = {
    "Mean": "ReduceMean",
    "Sum": "ReduceSum",
    "Max": "ReduceMax",
    "Min": "ReduceMin",
    "Prod": "ReduceProd",
}
# ONNX has no reductions of truth values.
_LOGICAL = {"All": "ReduceMin", "Any": "ReduceMax"}


@converter(*_BINARY)
def _binary(b: Builder, op: Operation) -> None:
    b.emit(op, _BINARY[op.type], [b.input(op, 0), b.input(op, 1)])


@converter(*_UNARY)
def _unary(b: Builder, op: Operation) -> None:
    b.emit(op, _UNARY[op.type], [b.input(op, 0)])


@converter("NotEqual")
def _not_equal(b: Builder, op: Operation) -> None:
    b.emit(op, "Not", [b.node("Equal", [b.input(op, 0), b.input(op, 1)], op.outputs[0].shape.rank)])


@converter("AddN")
def _add_n(b: Builder, op: Operation) -> None:
    names = [b.input(op, index) for index in range(len(op.inputs))]
    total = names[0]
    for name in names[1:-1]:
        total = b.node("Add", [total, name], op.outputs[0].shape.rank)
    if len(names) == 1:
        b.alias(op.outputs[0], total)
    else:
        b.emit(op, "Add", [total, names[-1]])


@converter("Square")
def _square(b: Builder, op: Operation) -> None:
    b.emit(op, "Mul", [b.input(op, 0)] * 2)


@converter("SquaredDifference")
def _squared_difference(b: Builder, op: Operation) -> None:
    difference = b.node("Sub", [b.input(op, 0), b.input(op, 1)], op.outputs[0].shape.rank)
    b.emit(op, "Mul", [difference] * 2)


@converter("Rsqrt")
def _rsqrt(b: Builder, op: Operation) -> None:
    b.emit(op, "Reciprocal", [b.node("Sqrt", [b.input(op, 0)], op.inputs[0].shape.rank)])


@converter("Log1p", "Expm1")
def _near_one(b: Builder, op: Operation) -> None:
    rank, one = op.inputs[0].shape.rank, b.like(op.inputs[0], 1)
    if op.type == "Log1p":
        b.emit(op, "Log", [b.node("Add", [b.input(op, 0), one], rank)])
    else:
        b.emit(op, "Sub", [b.node("Exp", [b.input(op, 0)], rank), one])


@converter("FloorDiv", "FloorMod", "Div")
def _whole_division(b: Builder, op: Operation) -> None:
    first, second, rank = b.input(op, 0), b.input(op, 1), op.outputs[0].shape.rank
    floating = op.inputs[0].dtype.is_floating
    if op.type == "Div":
        b.emit(op, "Div" if floating else "IntDiv", [first, second])
    elif op.type == "FloorMod" and not floating:
        b.emit(op, "Mod", [first, second])  # of the divisor's sign, as Python's
    elif floating:
        quotient = b.node("Div", [first, second], rank)
        if op.type == "FloorDiv":
            b.emit(op, "Floor", [quotient])
        else:
            whole = b.node("Mul", [b.node("Floor", [quotient], rank), second], rank)
            b.emit(op, "Sub", [first, whole])
    else:
        # ONNX rounds towards zero; what remains after the floor divides exactly.
        remainder = b.node("Mod", [first, second], rank)
        b.emit(op, "IntDiv", [b.node("Sub", [first, remainder], rank), second])


@converter("ClipByValue")
def _clip(b: Builder, op: Operation) -> None:
    low = b.node("Max", [b.input(op, 0), b.input(op, 1)], op.outputs[0].shape.rank)
    b.emit(op, "Min", [low, b.input(op, 2)])


@converter(*_REDUCTIONS)
def _reduction(b: Builder, op: Operation) -> None:
    axes = b.axes(op, 1, b.rank(op))
    if not axes:
        b.alias(op.outputs[0], b.input(op, 0))
        return
    names = [b.input(op, 0), b.constant(np.array(axes, np.int64))]
    b.emit(op, _REDUCTIONS[op.type], names, keepdims=int(op.attrs["keep_dims"]))


@converter(*_LOGICAL)
def _logical_reduction(b: Builder, op: Operation) -> None:
    axes = b.axes(op, 1, b.rank(op))
    numbers = b.node("Cast", [b.input(op, 0)], b.rank(op), to=np.dtype(np.int32))
    names = [numbers, b.constant(np.array(axes, np.int64))]
    made = b.node(_LOGICAL[op.type], names, op.outputs[0].shape.rank, keepdims=int(op.attrs["keep_dims"]))
    b.emit(op, "Cast", [made], to=np.dtype(np.bool_))


@converter("ArgMax", "ArgMin")
def _position(b: Builder, op: Operation) -> None:
    rank = b.rank(op)
    axis = b.ints(op, 1)[0] % rank
    if op.outputs[0].dtype == dtypes.int64:
        b.emit(op, op.type, [b.input(op, 0)], axis=axis, keepdims=0)
        return
    made = b.node(op.type, [b.input(op, 0)], rank - 1, axis=axis, keepdims=0)
    b.emit(op, "Cast", [made], to=np.dtype(op.outputs[0].dtype.as_numpy_dtype))


@converter("Select", "SelectV2")
def _select(b: Builder, op: Operation) -> None:
    condition = b.input(op, 0)
    rank = op.outputs[0].shape.rank
    if op.type == "Select" and op.inputs[0].shape.rank == 1 and rank is not None and rank > 1:
        condition = b.reshaped(condition, [-1] + [1] * (rank - 1))  # one choice for each row
    b.emit(op, "Where", [condition, b.input(op, 1), b.input(op, 2)])


@converter("TopKV2")
def _top_k(b: Builder, op: Operation) -> None:
    count = b.reshaped(b.int64(op, 1), [1])
    rank = b.rank(op)
    from_onnx = b.pair("TopK", [b.input(op, 0), count], rank, axis=rank - 1, largest=1, sorted=1)
    b.alias(op.outputs[0], from_onnx[0])
    b.alias(op.outputs[1], b.node("Cast", [from_onnx[1]], rank, to=np.dtype(op.outputs[1].dtype.as_numpy_dtype)))


@converter("Cumsum")
def _running_sum(b: Builder, op: Operation) -> None:
    attrs = {"exclusive": int(op.attrs["exclusive"]), "reverse": int(op.attrs["reverse"])}
    axis = b.constant(np.asarray(b.ints(op, 1)[0] % b.rank(op), np.int64))
    b.emit(op, "CumSum", [b.input(op, 0), axis], **attrs)

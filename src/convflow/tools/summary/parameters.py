"""Which nodes use which variables, through reads, casts and reshapes."""

from __future__ import annotations

from dataclasses import dataclass

import convflow as tf
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor

_VARIABLES = ("VariableV2", "Variable", "VarHandleOp")
_PASSES = ("Identity", "ReadVariableOp", "Cast", "Enter", "Switch", "Reshape", "ExpandDims", "Squeeze", "Transpose")
# Which of their inputs are a network's numbers when these are constants, as in a frozen graph.
_HOLDERS = {"Conv2D": (1,), "DepthwiseConv2dNative": (1,), "MatMul": (1,), "BiasAdd": (1,),
            **dict.fromkeys(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"), (1, 2, 3, 4))}  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """A variable, or a constant that was one.

    Args:
        trainable: whether an optimizer changes it; what is not a variable any more counts as trainable.
    """

    name: str
    count: int
    trainable: bool

    @property
    def scope(self) -> str:
        return self.name.rpartition("/")[0]


def used(graph: Graph) -> dict[Operation, list[Parameter]]:
    """The parameters that each node takes, in the order of its inputs."""
    ops = graph.get_operations()
    frozen = not any(op.type in _VARIABLES for op in ops)
    holders = _constants(ops) if frozen else {op: op.name for op in ops if op.type in _VARIABLES}
    trainable = {variable.op.name for variable in graph.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)}
    carried: dict[Tensor, Parameter] = {}
    takers: dict[Operation, list[Parameter]] = {}
    for op in ops:
        taken = [carried[tensor] for tensor in op.inputs if tensor in carried]
        if op in holders:
            is_trainable = op.name in trainable or not trainable
            carried[op.outputs[0]] = Parameter(holders[op], _count(op), is_trainable)
        elif op.type in _PASSES and op.inputs and op.inputs[0] in carried:
            carried.update(dict.fromkeys(op.outputs, carried[op.inputs[0]]))
        elif taken:
            takers[op] = taken
    return takers


def is_fixed(tensor: Tensor) -> bool:
    """Whether a tensor is a variable or a constant, perhaps read, cast or reshaped: nothing that the network is fed."""
    op = tensor.op
    while op.type in _PASSES and op.inputs:
        op = op.inputs[0].op
    return op.type in (*_VARIABLES, "Const")


def _constants(ops: list[Operation]) -> dict[Operation, str]:
    found = {}
    for op in ops:
        for index in _HOLDERS.get(op.type, ()):
            source = op.inputs[index].op
            while source.type in _PASSES:
                source = source.inputs[0].op
            if source.type == "Const":
                found[source] = source.name
    return found


def _count(op: Operation) -> int:
    """How many numbers it holds; 0 for a variable whose shape is not given before it runs."""
    shape = op.attrs.get("shape") if op.type in _VARIABLES else op.outputs[0].shape
    return tf.TensorShape(shape).num_elements() or 0

"""The function that makes a dataset, as a OneShotIterator carries it: part of the graph, taken by value.

Graphs only grow, so the nodes themselves are the copy, and the attribute need only name the dataset's tensor.
"""

from __future__ import annotations

from typing import Any

from tensorboard.compat.proto import attr_value_pb2

from convflow.core import dtypes
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor

_DATASET = "dataset"


def capture(dataset: Tensor) -> Any:
    """The `NameAttrList` that stands for "make this dataset".

    Args:
        dataset: a `variant` tensor.

    Raises:
        ValueError: the dataset depends on a value that only a run can supply: a placeholder, or a node with state.
    """
    for op in _needed(dataset):
        _check_can_be_captured(op)
    attr = {_DATASET: attr_value_pb2.AttrValue(s=dataset.name.encode())}
    return attr_value_pb2.NameAttrList(name=f"_make_dataset_{dataset.op._id}", attr=attr)


def call(function: Any, graph: Graph, store: Any) -> Any:
    """The value of the dataset's tensor, computed in the session that `store` belongs to."""
    dataset = graph.get_tensor_by_name(function.attr[_DATASET].s.decode())
    values: dict[Tensor, Any] = {}
    for op in _needed(dataset):
        kernel = op.definition.kernel(op, store) if op.definition.takes_store else op.definition.kernel(op)
        results = kernel(*(values[tensor] for tensor in op.inputs))
        if len(op.outputs) == 1:
            results = (results,)
        values.update(zip(op.outputs, results or (), strict=True))
    return values[dataset]


def _needed(dataset: Tensor) -> list[Operation]:
    """The nodes that a dataset is made of, in the order in which they run."""
    needed: set[Operation] = set()
    waiting = [dataset.op]
    while waiting:
        op = waiting.pop()
        if op not in needed:
            needed.add(op)
            waiting += [tensor.op for tensor in op.inputs]
            waiting += op.control_inputs
    return sorted(needed, key=lambda op: op._id)


def _check_can_be_captured(op: Operation) -> None:
    if op.type == "Placeholder":
        raise ValueError(
            f"Cannot capture a placeholder (name:{op.name}, type:{op.type}) by value: a one-shot iterator takes its "
            "dataset from the graph alone. Use make_initializable_iterator() and feed the placeholder when its "
            f"initializer runs. The placeholder is {op.describe()}"
        )
    makes_dataset = any(tensor.dtype is dtypes.variant for tensor in op.outputs)
    if op.definition.stateful and not makes_dataset:
        raise ValueError(
            f"Cannot capture a stateful node (name:{op.name}, type:{op.type}) by value: the dataset of a one-shot "
            "iterator may not depend on variables, tables or random numbers. Use make_initializable_iterator() "
            f"instead. The node is {op.describe()}"
        )

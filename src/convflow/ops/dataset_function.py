"""The function that makes a dataset, as a OneShotIterator carries it: the dataset's nodes, copied into a function."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.function import FuncGraph
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor


def capture(dataset: Tensor) -> Any:
    """The `NameAttrList` that stands for "make this dataset".

    Args:
        dataset: a `variant` tensor.

    Raises:
        ValueError: the dataset depends on a value that only a run can supply: a placeholder, or a node with state.
    """
    needed = _needed(dataset)
    for op in needed:
        _check_can_be_captured(op)
    body = FuncGraph(f"_make_dataset_{dataset.op._id}", dataset.graph)
    copies: dict[Operation, Operation] = {}
    for op in needed:
        inputs = [copies[tensor.op].outputs[tensor.value_index] for tensor in op.inputs]
        copy = body.create_op(op.type, inputs, name=op.name + "/", attrs=dict(op.attrs), op_def=op.definition)
        copy._add_control_inputs([copies[control] for control in op.control_inputs])
        copy._set_device(op.device)
        copies[op] = copy
    body.outputs = [copies[dataset.op].outputs[dataset.value_index]]
    return body.attr


def call(function: Any, graph: Graph, store: Any) -> Any:
    """The dataset that the function makes, computed in the session that `store` belongs to."""
    (dataset,) = store.function(graph.function(function.name))()
    return dataset


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
    # An assertion keeps nothing between runs.
    if op.definition.stateful and not makes_dataset and op.type != "Assert":
        raise ValueError(
            f"Cannot capture a stateful node (name:{op.name}, type:{op.type}) by value: the dataset of a one-shot "
            "iterator may not depend on variables, tables or random numbers. Use make_initializable_iterator() "
            f"instead. The node is {op.describe()}"
        )

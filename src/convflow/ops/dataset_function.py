"""The function that makes a dataset, as a OneShotIterator carries it: part of the graph, taken by value."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Operation, Tensor


class DatasetFunction:
    """The nodes that a dataset is made of, to be run once, on their own.

    Graphs only grow, so the nodes themselves are the copy.

    Args:
        dataset: the `variant` tensor of the dataset.

    Raises:
        ValueError: the dataset depends on a value that only a run can supply: a placeholder, or a node with state.
    """

    def __init__(self, dataset: Tensor) -> None:
        self.name = f"_make_dataset_{dataset.op._id}"
        self._dataset = dataset
        self._nodes = sorted(_needed(dataset.op), key=lambda op: op._id)
        for op in self._nodes:
            _check_can_be_captured(op)

    def __repr__(self) -> str:
        return f"<function {self.name}>"

    def __call__(self, store: Any) -> Any:
        """The value of the dataset's tensor."""
        values: dict[Tensor, Any] = {}
        for op in self._nodes:
            kernel = op.op_def.kernel(op, store) if op.op_def.stateful else op.op_def.kernel(op)
            results = kernel(*(values[tensor] for tensor in op.inputs))
            if len(op.outputs) == 1:
                results = (results,)
            values.update(zip(op.outputs, results or (), strict=True))
        return values[self._dataset]


def _needed(last: Operation) -> set[Operation]:
    needed: set[Operation] = set()
    waiting = [last]
    while waiting:
        op = waiting.pop()
        if op not in needed:
            needed.add(op)
            waiting += [tensor.op for tensor in op.inputs]
            waiting += op.control_inputs
    return needed


def _check_can_be_captured(op: Operation) -> None:
    if op.type == "Placeholder":
        raise ValueError(
            f"Cannot capture a placeholder (name:{op.name}, type:{op.type}) by value: a one-shot iterator takes its "
            "dataset from the graph alone. Use make_initializable_iterator() and feed the placeholder when its "
            f"initializer runs. The placeholder is {op.describe()}"
        )
    makes_dataset = any(tensor.dtype is dtypes.variant for tensor in op.outputs)
    if op.op_def.stateful and not makes_dataset:
        raise ValueError(
            f"Cannot capture a stateful node (name:{op.name}, type:{op.type}) by value: the dataset of a one-shot "
            "iterator may not depend on variables, tables or random numbers. Use make_initializable_iterator() "
            f"instead. The node is {op.describe()}"
        )

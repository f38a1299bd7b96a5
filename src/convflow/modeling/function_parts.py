"""A function's nodes, and those of its gradient, as functions of their own that share one graph."""

from __future__ import annotations

from typing import Any

from convflow.autodiff.gradients import gradients
from convflow.graph.convert import convert_to_tensor
from convflow.graph.function import FuncGraph
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.constant import zeros_like
from convflow.runtime.prune import needed_operations


class FunctionPart(FuncGraph):
    """Some of a function's nodes as a function: with other arguments and results, and a name of its own.

    Args:
        graph: the function's graph.
        inputs: the placeholders of the arguments.
        outputs: what it returns.
        operations: its nodes.
        captures: the captured tensors that are no arguments.
    """

    def __init__(
        self,
        graph: FuncGraph,
        inputs: list[Tensor],
        outputs: list[Tensor],
        operations: list[Operation],
        captures: dict[Tensor, Tensor],
    ) -> None:
        # The graph's own constructor would begin another graph.
        self.__dict__.update(graph.__dict__)
        self.inputs = inputs
        self.outputs = outputs
        self.captures = captures
        self._part = operations

    def get_operations(self) -> list[Operation]:
        return list(self._part)


def whole(graph: FuncGraph) -> FunctionPart:
    """The function as it is now, whatever is added to its graph later."""
    return FunctionPart(graph, list(graph.inputs), list(graph.outputs), graph.get_operations(), dict(graph.captures))


def gradient_of(graph: FuncGraph, forward: FunctionPart) -> FunctionPart:
    """The function from a function's arguments, captured tensors and results' gradients to those of the first two.

    It computes the function again, as TensorFlow's SymbolicGradient does.

    Args:
        graph: the function's graph, where the nodes are made.
        forward: the function.
    """
    arguments = [*forward.inputs, *forward.captures.values()]
    with graph.as_default():
        starts = [
            graph._placeholder(tensor.dtype.base_dtype, tensor.shape, f"dy_{index}")
            for index, tensor in enumerate(forward.outputs)
        ]
        pairs = [pair for pair in zip(forward.outputs, starts, strict=True) if is_smooth(pair[0])]
        found: list[Any] = [None] * len(arguments)
        if pairs:
            found = gradients([output for output, _ in pairs], arguments, [start for _, start in pairs])
        results = [
            zeros_like(argument) if grad is None else convert_to_tensor(grad)
            for argument, grad in zip(arguments, found, strict=True)
        ]
    inputs = [*arguments, *starts]
    more = {outer: inner for outer, inner in graph.captures.items() if outer not in forward.captures}
    needed = needed_operations(results, [*inputs, *more.values()])
    operations = [op for op in graph.get_operations() if op in needed]
    part = FunctionPart(graph, inputs, results, operations, more)
    part.name = graph.add_function(f"{forward.name}_grad", part)
    return part


def is_smooth(tensor: Tensor) -> bool:
    """Whether it has a gradient: floating and complex tensors have."""
    return tensor.dtype.base_dtype.is_floating or tensor.dtype.base_dtype.is_complex

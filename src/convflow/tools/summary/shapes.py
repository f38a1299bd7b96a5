"""The shapes of a graph's tensors for one example: unknown batch sizes are 1."""

from __future__ import annotations

from convflow.core.shape import TensorShape
from convflow.graph.graph import Graph
from convflow.graph.operation import Tensor
from convflow.runtime.known_shapes import KnownShapes, ShapeConflict

_SOURCES = ("Placeholder", "PlaceholderV2", "PlaceholderWithDefault", "IteratorGetNext", "QueueDequeueManyV2",
            "QueueDequeueUpToV2")  # fmt: skip

Shape = tuple[int, ...]


class Shapes:
    """The shapes of the tensors of a graph, with one example where the batch's size is open."""

    def __init__(self, graph: Graph) -> None:
        sources = [tensor for op in graph.get_operations() if op.type in _SOURCES for tensor in op.outputs]
        self._known = KnownShapes({tensor: _of_one(tensor.shape) for tensor in sources}, lambda tensor: tensor)
        for op in graph.get_operations():
            try:
                self._known.infer(op, {}, lambda tensor: op_type(tensor) in _SOURCES)
            except ShapeConflict:
                # A size of the graph's own, such as a reshape to a fixed batch: then its static shape counts.
                continue

    def of(self, tensor: Tensor) -> Shape | None:
        """The shape; None if a size other than the batch's is not known."""
        shape = self._known.of(tensor)
        shape = shape if shape.is_fully_defined() else _of_one(shape)
        return tuple(size or 0 for size in shape.as_list()) if shape.is_fully_defined() else None


def op_type(tensor: Tensor) -> str:
    """The type of the node that makes a tensor."""
    return str(tensor.op.type)


def _of_one(shape: TensorShape) -> TensorShape:
    if not shape.ndims or shape[0].value is not None:
        return shape
    return TensorShape([1, *shape.as_list()[1:]])

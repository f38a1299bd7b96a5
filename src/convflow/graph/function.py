"""Functions inside a graph: the bodies that `tf.data` and its kin run with values of their own.

A body is a graph beside the program's. Tensors of the program that it uses are captured: inside stands a
placeholder, and whoever calls the function passes the tensor's value after the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tensorboard.compat.proto import attr_value_pb2

from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph.graph import Graph
from convflow.graph.opdef import get_op
from convflow.graph.operation import Tensor
from convflow.graph.origin import describe


class FuncGraph(Graph):
    """The body of a function.

    Args:
        name: the function's name, made unique in the program.
        outer: the graph the function is part of.

    Attributes:
        inputs: the placeholders of the arguments.
        outputs: what the function returns.
        captures: the captured tensors of `outer`, each with the placeholder that stands for it.
    """

    def __init__(self, name: str, outer: Graph) -> None:
        super().__init__()
        self.name = outer.add_function(name, self)
        self.outer = outer
        self.inputs: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self.captures: dict[Tensor, Tensor] = {}
        self.seed = outer.seed
        # Variables and losses made or looked up inside are the program's.
        self._collections = outer._collections

    @property
    def building_function(self) -> bool:
        return True

    @property
    def outermost(self) -> Graph:
        """The graph around all functions."""
        return self.outer.outermost if isinstance(self.outer, FuncGraph) else self.outer

    @contextmanager
    def init_scope(self) -> Iterator[None]:
        """Outside of all functions, where the program runs eagerly; else without waiting for the blocks around.

        Names begin with the scopes that are open here.
        """
        outermost = self.outermost
        if not outermost.executes_eagerly:
            with super().init_scope():
                yield
            return
        scope = self.get_name_scope()
        with outermost.init_scope(), outermost.name_scope(scope + "/" if scope else None):
            yield

    @property
    def attr(self) -> Any:
        """The function as the value of a node's attribute, a `NameAttrList`."""
        return attr_value_pb2.NameAttrList(name=self.name)

    @property
    def captured(self) -> list[Tensor]:
        return list(self.captures)

    def add_function(self, name: str, function: Any) -> str:
        return self.outer.add_function(name, function)

    def function(self, name: str) -> Any:
        return self.outer.function(name)

    def add_input(self, dtype: DType, shape: TensorShape, name: str) -> Tensor:
        """A new argument."""
        tensor = self._placeholder(dtype, shape, name)
        self.inputs.append(tensor)
        return tensor

    def _placeholder(self, dtype: DType, shape: TensorShape, name: str) -> Tensor:
        attrs = {"dtype": dtype, "shape": shape}
        return self.create_op("Placeholder", [], name=name, attrs=attrs, op_def=get_op("Placeholder")).outputs[0]

    def capture(self, tensor: Tensor) -> Tensor:
        """What stands for `tensor` inside.

        Raises:
            ValueError: the tensor is of a graph that is not around this one.
        """
        if tensor._owner is self:
            return tensor
        if tensor not in self.captures:
            if isinstance(self.outer, FuncGraph):
                self.captures[tensor] = self._stand_in(self.outer.capture(tensor))
            else:
                self._check_around(tensor)
                self.captures[tensor] = self._stand_in(tensor)
        return self.captures[tensor]

    def outside(self, tensor: Tensor) -> Tensor | None:
        """The captured tensor that `tensor` stands for, None if it stands for none."""
        return next((outer for outer, inner in self.captures.items() if inner is tensor), None)

    def _stand_in(self, tensor: Tensor) -> Tensor:
        with self.control_dependencies(None), self.name_scope(None):
            return self._placeholder(tensor.dtype.base_dtype, tensor.shape, f"captured_{len(self.captures)}")

    def _check_around(self, tensor: Tensor) -> None:
        if tensor._owner is not self.outer:
            made = "" if tensor._owner.executes_eagerly else f"\nThe tensor was {describe(tensor.op.origin)}"
            raise ValueError(
                f"{tensor} is from another graph than the function {self.name}: it cannot be used inside.{made}"
            )

    def _own_input(self, tensor: Any, op_type: str) -> Tensor:
        if isinstance(tensor, Tensor) and tensor._owner is not self:
            return self.capture(tensor)
        return super()._own_input(tensor, op_type)

    def as_graph_element(self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Any:
        if hasattr(obj, "_as_graph_element"):
            obj = obj._as_graph_element()
        if isinstance(obj, Tensor) and allow_tensor:
            return self.capture(obj)
        return super().as_graph_element(obj, allow_tensor, allow_operation)


def trace(
    name: str, arguments: list[tuple[DType, TensorShape]], body: Callable[..., list[Tensor]], outer: Graph
) -> FuncGraph:
    """The function that `body` builds when it is called with a placeholder for each argument.

    Args:
        arguments: the element type and shape of each.
        body: takes the placeholders, returns the outputs.
    """
    graph = FuncGraph(name, outer)
    with graph.as_default():
        inputs = [graph.add_input(dtype, shape, f"args_{index}") for index, (dtype, shape) in enumerate(arguments)]
        graph.outputs = [graph.capture(tensor) for tensor in body(*inputs)]
    return graph

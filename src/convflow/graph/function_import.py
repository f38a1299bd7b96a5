"""The functions of a proto's library, made functions of a graph."""

from __future__ import annotations

from typing import Any

from tensorboard.compat.proto import node_def_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.function import FuncGraph
from convflow.graph.function_def import called, output_places
from convflow.graph.graph import Graph
from convflow.graph.node_attrs import attrs_of
from convflow.graph.opdef import get_op
from convflow.graph.operation import Operation, Tensor

_SHAPES = "_output_shapes"


def needed_functions(graph_def: Any) -> dict[str, Any]:
    """The `FunctionDef`s that the graph's nodes name, themselves or through others, by name.

    Raises:
        ValueError: one is not in the library.
    """
    library = {function.signature.name: function for function in graph_def.library.function}
    needed: dict[str, Any] = {}
    waiting = [(call.name, node.name) for node in graph_def.node for call in called([node])]
    while waiting:
        name, caller = waiting.pop()
        if name in needed:
            continue
        if name not in library:
            raise ValueError(f"Node '{caller}' calls the function '{name}', which is not in the graph's library.")
        needed[name] = library[name]
        waiting += [(call.name, name) for call in called(library[name].node_def)]
    return needed


def import_functions(graph: Graph, functions: dict[str, Any]) -> dict[str, str]:
    """Add functions to a graph; returns their names there by their names in the proto."""
    bodies = {name: FuncGraph(name, graph) for name in functions}
    renamed = {name: body.name for name, body in bodies.items()}
    for name, body in bodies.items():
        _Body(body, functions[name], renamed).build()
    return renamed


def rename_calls(node: node_def_pb2.NodeDef, renamed: dict[str, str]) -> node_def_pb2.NodeDef:
    """The node, with functions called as they are in the graph."""
    if not any(call.name != renamed.get(call.name, call.name) for call in called([node])):
        return node
    result = node_def_pb2.NodeDef()
    result.CopyFrom(node)
    for call in called([result]):
        call.name = renamed.get(call.name, call.name)
    return result


class _Body:
    def __init__(self, body: FuncGraph, function: Any, renamed: dict[str, str]) -> None:
        self._body = body
        self._function = function
        self._renamed = renamed
        self._nodes = {node.name: node for node in function.node_def}
        self._ops: dict[str, Operation] = {}
        self._arguments: dict[str, Tensor] = {}

    def build(self) -> None:
        signature = self._function.signature
        for index, arg in enumerate(signature.input_arg):
            if not arg.type or arg.number_attr:
                raise ValueError(
                    f"The argument '{arg.name}' of function '{signature.name}' has no type of its own: functions of "
                    "any type cannot be imported."
                )
            self._arguments[arg.name] = self._body.add_input(dtypes.as_dtype(arg.type), self._shape(index), arg.name)
        for name in self._in_order():
            self._create(self._nodes[name])
        self._body.outputs = [self._tensor(self._function.ret[arg.name]) for arg in signature.output_arg]

    def _shape(self, index: int) -> TensorShape:
        if index in self._function.arg_attr:
            shapes = self._function.arg_attr[index].attr[_SHAPES].list.shape
            if shapes:
                return TensorShape(shapes[0])
        return unknown_shape()

    def _in_order(self) -> list[str]:
        """The nodes, each after its inputs."""
        order: list[str] = []
        state: dict[str, bool] = {}
        for first in self._nodes:
            waiting = [first]
            while waiting:
                name = waiting[-1]
                if state.get(name):
                    waiting.pop()
                    continue
                owners = {edge.removeprefix("^").partition(":")[0] for edge in self._nodes[name].input}
                missing = [owner for owner in owners if owner in self._nodes and not state.get(owner)]
                if not missing:
                    state[name] = True
                    order.append(waiting.pop())
                    continue
                if name in state:
                    raise ValueError(f"Nodes of function '{self._body.name}' wait for each other: '{name}' is one.")
                state[name] = False
                waiting += missing
        return order

    def _create(self, node: node_def_pb2.NodeDef) -> None:
        node = rename_calls(node, self._renamed)
        definition = get_op(node.op)
        attrs, _ = attrs_of(node, definition)
        inputs = [self._tensor(edge) for edge in node.input if not edge.startswith("^")]
        with self._body.name_scope(None):
            op = self._body.create_op(node.op, inputs, name=node.name + "/", attrs=attrs, op_def=definition)
        controls = [edge[1:] for edge in node.input if edge.startswith("^")]
        op._add_control_inputs([self._ops[name] for name in controls if name in self._ops])
        if node.device:
            op._set_device(node.device)
        self._ops[node.name] = op

    def _tensor(self, edge: str) -> Tensor:
        if edge in self._arguments:
            return self._arguments[edge]
        owner, _, place = edge.partition(":")
        if owner not in self._ops:
            raise ValueError(f"Function '{self._body.name}': unknown input '{edge}'.")
        op = self._ops[owner]
        name, _, index = place.partition(":")
        if index.isdigit() and (name, int(index)) in (places := output_places(op)):
            return op.outputs[places.index((name, int(index)))]
        raise ValueError(f"Function '{self._body.name}': node '{owner}' ({op.type}) has no output '{edge}'.")

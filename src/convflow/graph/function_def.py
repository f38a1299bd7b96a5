"""Functions as protos, which graphs carry in their library (API: what `Graph.as_graph_def` writes of them)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tensorboard.compat.proto import function_pb2, node_def_pb2, op_def_pb2

from convflow.graph.opdef import ArgDef
from convflow.graph.operation import Operation, Tensor

_SHAPES = "_output_shapes"


def to_function_def(body: Any) -> Any:
    """A function as a `FunctionDef`: captured tensors are arguments after its own.

    Args:
        body: its `FuncGraph`.
    """
    arguments = [*body.inputs, *body.captures.values()]
    names = {tensor: tensor.op.name.replace("/", "_") for tensor in arguments}
    function = function_pb2.FunctionDef()
    signature = function.signature
    signature.name = body.name
    signature.input_arg.extend(_arg(names[tensor], tensor) for tensor in arguments)
    for index, tensor in enumerate(arguments):
        function.arg_attr[index].attr[_SHAPES].list.shape.append(tensor.shape.as_proto())
    given = {tensor.op for tensor in arguments}
    for op in body.get_operations():
        if op in given:
            continue
        function.node_def.append(_node(op, names))
        if op.definition.stateful:
            # Else TensorFlow would leave it out where no result needs it.
            signature.is_stateful = True
            signature.control_output.append(op.name)
            function.control_ret[op.name] = op.name
    for index, tensor in enumerate(body.outputs):
        name = f"output_{index}"
        signature.output_arg.append(_arg(name, tensor))
        function.ret[name] = _edge(tensor, names)
    return function


def _arg(name: str, tensor: Tensor) -> op_def_pb2.OpDef.ArgDef:
    return op_def_pb2.OpDef.ArgDef(name=name, type=tensor.dtype.base_dtype.as_datatype_enum)


def _node(op: Operation, names: dict[Tensor, str]) -> node_def_pb2.NodeDef:
    node = op.node_def
    controls = [edge for edge in node.input if edge.startswith("^")]
    node.input[:] = [*(_edge(tensor, names) for tensor in op.inputs), *controls]
    return node


def _edge(tensor: Tensor, names: dict[Tensor, str]) -> str:
    if tensor in names:
        return names[tensor]
    places = output_places(tensor.op)
    arg, index = places[tensor.value_index]
    return f"{tensor.op.name}:{arg}:{index}"


def output_places(op: Operation) -> list[tuple[str, int]]:
    """For each output the name it has in the op's signature, and its place where that is a list."""
    return [(arg.name, index) for arg in op.definition.outputs for index in range(_length(arg, op))]


def _length(arg: ArgDef, op: Operation) -> int:
    if arg.number_attr is not None:
        return op.attrs[arg.number_attr]
    return len(op.attrs[arg.type_list_attr]) if arg.type_list_attr is not None else 1


def called(nodes: Any) -> Iterator[Any]:
    """The `NameAttrList`s in the attributes of nodes, by which they name functions."""
    for node in nodes:
        for value in node.attr.values():
            kind = value.WhichOneof("value")
            if kind == "func":
                yield value.func
            elif kind == "list":
                yield from value.list.func

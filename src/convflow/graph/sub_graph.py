"""Parts of graphs as protos (API: tf.graph_util)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from tensorboard.compat.proto import attr_value_pb2, graph_pb2, node_def_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation

VARIABLE_OPS = ("Variable", "VariableV2", "AutoReloadVariable", "VarHandleOp", "ReadVariableOp")
_LOCATION = "loc:@"


def node_of(edge: str) -> str:
    """The name of the node that an input of a `NodeDef` comes from."""
    return edge.removeprefix("^").partition(":")[0]


def extract_sub_graph(graph_def: Any, dest_nodes: Iterable[str]) -> graph_pb2.GraphDef:
    """The nodes that `dest_nodes` need, in their order in `graph_def` (API: tf.graph_util.extract_sub_graph).

    Args:
        graph_def: a `GraphDef` proto; it stays as it is.
        dest_nodes: names of nodes.

    Returns:
        A new `GraphDef`, with the functions of `graph_def`.

    Raises:
        TypeError: no `GraphDef`, or no list of names.
        AssertionError: a name is not there.
    """
    if not isinstance(graph_def, graph_pb2.GraphDef):
        raise TypeError(f"graph_def must be a graph_pb2.GraphDef proto, but got type {type(graph_def)}.")
    if isinstance(dest_nodes, (str, bytes)):
        raise TypeError(f"dest_nodes must be an iterable of strings, but got type {type(dest_nodes)}.")
    nodes = {node.name: node for node in graph_def.node}
    needed: set[str] = set()
    waiting = list(dest_nodes)
    for name in waiting:
        if name not in nodes:
            raise AssertionError(f"{name} is not in graph")
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        if name not in nodes:
            raise AssertionError(f"{name} is not in graph, but a node takes it as an input")
        needed.add(name)
        waiting.extend(map(node_of, nodes[name].input))
    result = graph_pb2.GraphDef(versions=graph_def.versions)
    if graph_def.HasField("library"):
        result.library.CopyFrom(graph_def.library)
    result.node.extend(node for node in graph_def.node if node.name in needed)
    return result


def remove_training_nodes(input_graph: Any, protected_nodes: Collection[str] | None = None) -> graph_pb2.GraphDef:
    """The graph without nodes that only training needs (API: tf.graph_util.remove_training_nodes).

    `CheckNumerics` goes; so does an `Identity`, unless control edges lead to or from it, or another node stands where
    it does.

    Args:
        protected_nodes: names of nodes that stay.
    """
    kept = set(protected_nodes or ())
    checks = {node.name for node in input_graph.node if node.op == "CheckNumerics" and node.name not in kept}
    nodes = [_without(node, checks) for node in input_graph.node if node.name not in checks]
    for node in nodes:
        for edge in node.input:
            if edge.startswith("^"):
                kept |= {node.name, node_of(edge)}
        for group in node.attr["_class"].list.s if "_class" in node.attr else ():
            kept.add(group.decode().removeprefix(_LOCATION))
    spliced = {node.name: node.input[0] for node in nodes if node.op == "Identity" and node.name not in kept}
    result = graph_pb2.GraphDef(versions=input_graph.versions)
    if input_graph.HasField("library"):
        result.library.CopyFrom(input_graph.library)
    result.node.extend(_spliced(node, spliced) for node in nodes if node.name not in spliced)
    return result


def _without(node: node_def_pb2.NodeDef, removed: set[str]) -> node_def_pb2.NodeDef:
    result = node_def_pb2.NodeDef()
    result.CopyFrom(node)
    result.input[:] = [edge for edge in node.input if node_of(edge) not in removed]
    return result


def _spliced(node: node_def_pb2.NodeDef, spliced: dict[str, str]) -> node_def_pb2.NodeDef:
    for index, edge in enumerate(node.input):
        while edge in spliced:
            edge = spliced[edge]
        node.input[index] = edge
    return node


def must_run_on_cpu(node: Any, pin_variables_on_cpu: bool = False) -> bool:
    """Whether TensorFlow runs a node on the CPU in any case (API: tf.graph_util.must_run_on_cpu).

    Args:
        node: an `Operation` or a `NodeDef`.
    """
    proto = node.node_def if isinstance(node, Operation) else node
    if pin_variables_on_cpu and proto.op in ("Variable", "VariableV2", "AutoReloadVariable"):
        return True
    int32, string = dtypes.int32.as_datatype_enum, dtypes.string.as_datatype_enum
    if proto.op == "Const":
        return proto.attr["dtype"].type in (string, int32)
    if proto.op in ("DynamicStitch", "ParallelDynamicStitch"):
        return proto.attr["T"].type == int32
    return proto.op == "Cast" and proto.attr["SrcT"].type == int32


def tensor_shape_from_node_def_name(graph: Graph, input_name: str) -> TensorShape:
    """The static shape of an input of a `NodeDef` (API: tf.graph_util.tensor_shape_from_node_def_name).

    Args:
        graph: a `tf.Graph` with the input's node.
        input_name: as it stands in a `NodeDef`: "node" for its first output, or "node:1".

    Returns:
        A `TensorShape`.

    Raises:
        KeyError: there is no such tensor.
    """
    name = input_name if ":" in input_name else f"{input_name}:0"
    return graph.get_tensor_by_name(name).shape


def attr_of_type(dtype: dtypes.DType) -> attr_value_pb2.AttrValue:
    return attr_value_pb2.AttrValue(type=dtype.as_datatype_enum)

"""Variables of a graph made constants (API: tf.graph_util.convert_variables_to_constants)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from tensorboard.compat.proto import attr_value_pb2, graph_pb2, node_def_pb2

from convflow.core import dtypes, logging
from convflow.formats.tensor_proto import make_tensor_proto
from convflow.graph.sub_graph import attr_of_type, extract_sub_graph, node_of

_REFERENCE_OPS = ("Variable", "VariableV2")
_HANDLE_OP = "VarHandleOp"
# What passes a handle on as its first output, or one of its outputs.
_CARRIERS = ("Identity", "Switch", "RefSwitch", "Enter", "RefEnter", "NextIteration", "Exit", "Merge")


def convert_variables_to_constants(
    sess: Any,
    input_graph_def: Any,
    output_node_names: Collection[str],
    variable_names_whitelist: Collection[str] | None = None,
    variable_names_blacklist: Collection[str] | None = None,
) -> graph_pb2.GraphDef:
    """What the outputs need of a graph, with the variables' values in it (API of the same name in tf.graph_util).

    Args:
        sess: the session that has the values.
        input_graph_def: the graph as a proto.
        output_node_names: names of nodes, without ":0".
        variable_names_whitelist: the variables to make constants; all by default.
        variable_names_blacklist: the variables to leave.

    Raises:
        AssertionError: an output is not in the graph.
        FailedPreconditionError: a variable has no value.
        ValueError: something that stays writes a variable that would be a constant.
    """
    graph_def = extract_sub_graph(input_graph_def, output_node_names)
    chosen = variables_to_freeze(graph_def, variable_names_whitelist, variable_names_blacklist)
    reads = {node.name: _read(sess.graph, node) for node in chosen}
    return freeze(graph_def, sess.run(reads) if reads else {})


def variables_to_freeze(
    graph_def: Any, wanted: Collection[str] | None = None, unwanted: Collection[str] | None = None
) -> list[node_def_pb2.NodeDef]:
    """The nodes of the variables that are chosen by name."""
    return [
        node
        for node in graph_def.node
        if node.op in (*_REFERENCE_OPS, _HANDLE_OP)
        and (wanted is None or node.name in wanted)
        and (unwanted is None or node.name not in unwanted)
    ]


def _read(graph: Any, node: node_def_pb2.NodeDef) -> Any:
    tensor = graph.get_tensor_by_name(f"{node.name}:0")
    if node.op != _HANDLE_OP:
        return tensor
    reads = [op for op in tensor.consumers() if op.type == "ReadVariableOp"]
    if not reads:
        raise ValueError(
            f"The graph never reads the variable {node.name}: its value cannot be fetched. Make a read, such as "
            "variable.read_value(), or leave it out with variable_names_blacklist."
        )
    return reads[0].outputs[0]


def freeze(graph_def: Any, values: Mapping[str, Any]) -> graph_pb2.GraphDef:
    """The graph with constants in place of the variables whose values are given by name."""
    frozen = _Frozen(graph_def, values)
    result = graph_pb2.GraphDef(versions=graph_def.versions)
    if graph_def.HasField("library"):
        result.library.CopyFrom(graph_def.library)
    result.node.extend(frozen.node(node) for node in graph_def.node)
    result.node.extend(frozen.added)
    logging.info("Froze %d variables.", len(values))
    return result


class _Frozen:
    def __init__(self, graph_def: Any, values: Mapping[str, Any]) -> None:
        self._values = values
        self.added: list[node_def_pb2.NodeDef] = []
        # The variable whose handle a node hands out, for nodes that do.
        self._handles = {
            node.name: node.name for node in graph_def.node if node.op == _HANDLE_OP and node.name in values
        }
        found = bool(self._handles)
        while found:
            found = False
            for node in graph_def.node:
                if node.op in _CARRIERS and node.name not in self._handles and self._variable(node) is not None:
                    self._handles[node.name] = str(self._variable(node))
                    found = True

    def _variable(self, node: node_def_pb2.NodeDef) -> str | None:
        return self._handles.get(node_of(node.input[0])) if node.input else None

    def _dtype(self, variable: str) -> dtypes.DType:
        return dtypes.as_dtype(np.asarray(self._values[variable]).dtype)

    def node(self, node: node_def_pb2.NodeDef) -> node_def_pb2.NodeDef:
        if node.name in self._values and node.op in (*_REFERENCE_OPS, _HANDLE_OP):
            return _constant(node, self._values[node.name])
        variable = self._variable(node)
        if variable is None:
            if any(node_of(edge) in self._handles for edge in node.input if not edge.startswith("^")):
                raise self._error(node)
            return node
        if node.op not in _READERS:
            raise self._error(node)
        return _READERS[node.op](self, node, self._dtype(variable))

    def _error(self, node: node_def_pb2.NodeDef) -> ValueError:
        return ValueError(
            f"Cannot make constants of the variables that node {node.name} ({node.op}) takes: it needs the variables "
            "themselves. Ask for outputs that do without it, or leave the variables out with "
            "variable_names_blacklist."
        )

    def carried(self, node: node_def_pb2.NodeDef, dtype: dtypes.DType) -> node_def_pb2.NodeDef:
        result = _copy(node)
        result.attr["T"].CopyFrom(attr_of_type(dtype))
        return result

    def read(self, node: node_def_pb2.NodeDef, dtype: dtypes.DType) -> node_def_pb2.NodeDef:
        result = node_def_pb2.NodeDef(name=node.name, op="Identity", device=node.device, input=node.input)
        result.attr["T"].CopyFrom(attr_of_type(dtype))
        if "_class" in node.attr:
            result.attr["_class"].CopyFrom(node.attr["_class"])
        return result

    def gathered(self, node: node_def_pb2.NodeDef, dtype: dtypes.DType) -> node_def_pb2.NodeDef:
        axis = node_def_pb2.NodeDef(name=f"{node.name}/axis", device=node.device)
        batch_dims = node.attr["batch_dims"].i
        self.added.append(_constant(axis, np.int32(batch_dims)))
        result = node_def_pb2.NodeDef(name=node.name, op="GatherV2", device=node.device)
        result.input.extend([*node.input[:2], axis.name, *node.input[2:]])
        result.attr["Tparams"].CopyFrom(attr_of_type(dtype))
        result.attr["Tindices"].CopyFrom(node.attr["Tindices"])
        result.attr["Taxis"].CopyFrom(attr_of_type(dtypes.int32))
        if batch_dims:
            result.attr["batch_dims"].i = batch_dims
        if "_class" in node.attr:
            result.attr["_class"].CopyFrom(node.attr["_class"])
        return result

    def gathered_nd(self, node: node_def_pb2.NodeDef, dtype: dtypes.DType) -> node_def_pb2.NodeDef:
        result = node_def_pb2.NodeDef(name=node.name, op="GatherNd", device=node.device, input=node.input)
        result.attr["Tparams"].CopyFrom(attr_of_type(dtype))
        result.attr["Tindices"].CopyFrom(node.attr["Tindices"])
        return result


_READERS: dict[str, Callable[[_Frozen, node_def_pb2.NodeDef, dtypes.DType], node_def_pb2.NodeDef]] = {
    "ReadVariableOp": _Frozen.read,
    "ResourceGather": _Frozen.gathered,
    "ResourceGatherNd": _Frozen.gathered_nd,
    **dict.fromkeys(_CARRIERS, _Frozen.carried),
}


def _copy(node: node_def_pb2.NodeDef) -> node_def_pb2.NodeDef:
    result = node_def_pb2.NodeDef()
    result.CopyFrom(node)
    return result


def _constant(node: node_def_pb2.NodeDef, value: Any) -> node_def_pb2.NodeDef:
    array = np.asarray(value)
    proto = make_tensor_proto(array)
    result = node_def_pb2.NodeDef(name=node.name, op="Const", device=node.device)
    result.attr["dtype"].CopyFrom(attr_value_pb2.AttrValue(type=proto.dtype))
    result.attr["value"].tensor.CopyFrom(proto)
    return result

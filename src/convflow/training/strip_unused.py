"""A graph between chosen inputs and outputs (API: tensorflow.python.tools.strip_unused_lib)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from tensorboard.compat.proto import graph_pb2, node_def_pb2

from convflow.graph.sub_graph import extract_sub_graph
from convflow.training import graph_io


def strip_unused(
    input_graph_def: Any,
    input_node_names: Sequence[str],
    output_node_names: Sequence[str],
    placeholder_type_enum: int | Sequence[int],
) -> graph_pb2.GraphDef:
    """What leads from the inputs to the outputs; the inputs become placeholders.

    Args:
        placeholder_type_enum: their type as a number of `DataType`, one for all or one for each.

    Raises:
        ValueError: a name is that of a tensor.
        KeyError: the graph has no such input.
        AssertionError: the graph has no such output.
    """
    for name in input_node_names:
        if ":" in name:
            raise ValueError(f"Name '{name}' appears to refer to a Tensor, not an Operation. Leave the ':0' out.")
    missing = set(input_node_names) - {node.name for node in input_graph_def.node}
    if missing:
        raise KeyError(f"The following input nodes were not found: {sorted(missing)}.")
    kinds = placeholder_type_enum
    each = [kinds] * len(input_node_names) if isinstance(kinds, int) else list(kinds)
    types = dict(zip(input_node_names, each, strict=True))
    result = graph_pb2.GraphDef(versions=input_graph_def.versions)
    if input_graph_def.HasField("library"):
        result.library.CopyFrom(input_graph_def.library)
    result.node.extend(
        _placeholder(node, types[node.name]) if node.name in types else node for node in input_graph_def.node
    )
    return extract_sub_graph(result, output_node_names)


def _placeholder(node: node_def_pb2.NodeDef, kind: int) -> node_def_pb2.NodeDef:
    result = node_def_pb2.NodeDef(op="Placeholder", name=node.name)
    result.attr["dtype"].type = kind
    for name in ("_output_shapes", "shape"):
        if name in node.attr:
            result.attr[name].CopyFrom(node.attr[name])
    return result


def strip_unused_from_files(
    input_graph: str,
    input_binary: bool,
    output_graph: str,
    output_binary: bool,
    input_node_names: str,
    output_node_names: str,
    placeholder_type_enum: int | Sequence[int],
) -> int | None:
    """`strip_unused` from file to file, names with commas between; -1 where the file or the outputs are missing."""
    if not os.path.exists(input_graph):
        print(f"Input graph file '{input_graph}' does not exist!")
        return -1
    if not output_node_names:
        print("You need to supply the name of a node to --output_node_names.")
        return -1
    graph_def = graph_io.read_graph(input_graph, input_binary)
    stripped = strip_unused(graph_def, input_node_names.split(","), output_node_names.split(","), placeholder_type_enum)
    folder, name = os.path.split(output_graph)
    graph_io.write_graph(stripped, folder, name, as_text=not output_binary)
    print(f"{len(stripped.node)} ops in the final graph.")
    return None

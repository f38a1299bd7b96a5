"""A graph and a checkpoint as one frozen graph (API: tensorflow.python.tools.freeze_graph)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from google.protobuf import text_format
from tensorboard.compat.proto import graph_pb2
from tensorboard.compat.proto.saver_pb2 import SaverDef

from convflow.formats import files
from convflow.graph.graph import Graph
from convflow.graph.importer import import_graph_def
from convflow.graph.sub_graph import extract_sub_graph
from convflow.runtime.session import Session
from convflow.training import checkpoint_management, freeze, graph_io, meta_graph_import
from convflow.training.checkpoint_reader import CheckpointReader
from convflow.training.saver import Saver


def freeze_graph(
    input_graph: str,
    input_saver: str,
    input_binary: bool,
    input_checkpoint: str,
    output_node_names: str,
    restore_op_name: str | None,
    filename_tensor_name: str | None,
    output_graph: str,
    clear_devices: bool,
    initializer_nodes: str | None,
    variable_names_whitelist: str = "",
    variable_names_blacklist: str = "",
    input_meta_graph: str | None = None,
    checkpoint_version: int = SaverDef.V2,
) -> graph_pb2.GraphDef:
    """Write a graph with a checkpoint's values in place of its variables.

    Args:
        input_graph: a file with a `GraphDef`.
        input_saver: a file with a `SaverDef`, "" for none.
        input_binary: whether these files are binary, else text.
        input_checkpoint: the checkpoint's prefix.
        output_node_names: the nodes to keep, with commas between; what they need stays too.
        restore_op_name, filename_tensor_name: ignored, as in TensorFlow.
        output_graph: where to write it, binary; "" or None for nowhere.
        clear_devices: forget where nodes should run.
        initializer_nodes: nodes to run before freezing, such as "init_all_tables"; with commas between.
        variable_names_whitelist, variable_names_blacklist: which variables; with commas between, "" for all.
        input_meta_graph: a `.meta` file in place of `input_graph`.

    Raises:
        ValueError: there is no such checkpoint, or no output is named.
    """
    if not checkpoint_management.checkpoint_exists(input_checkpoint):
        raise ValueError(f"Input checkpoint '{input_checkpoint}' doesn't exist! Pass its prefix, without .index.")
    outputs = _names(output_node_names)
    if not outputs:
        raise ValueError("You need to supply the name of a node to --output_node_names.")
    wanted, unwanted = _names(variable_names_whitelist) or None, _names(variable_names_blacklist) or None
    initializers = _names(initializer_nodes or "")
    meta = meta_graph_import.read_meta_graph(input_meta_graph) if input_meta_graph else None
    graph_def = meta.graph_def if meta is not None else graph_io.read_graph(input_graph, input_binary)
    if clear_devices:
        for node in graph_def.node:
            node.device = ""
    saver_def = _read_saver(input_saver, input_binary) if input_saver else None
    if meta is not None and saver_def is None and meta.HasField("saver_def"):
        saver_def = meta.saver_def
    if saver_def is None and not initializers:
        frozen = _from_checkpoint(graph_def, input_checkpoint, outputs, wanted, unwanted)
    else:
        with Graph().as_default(), Session() as session:
            import_graph_def(graph_def, name="")
            if saver_def is not None:
                Saver(saver_def=saver_def).restore(session, input_checkpoint)
            if initializers:
                session.run(initializers)
            frozen = freeze.convert_variables_to_constants(session, graph_def, outputs, wanted, unwanted)
    if output_graph:
        folder, name = os.path.split(output_graph)
        graph_io.write_graph(frozen, folder, name, as_text=False)
    return frozen


def _names(text: str | Sequence[str]) -> list[str]:
    parts = text.split(",") if isinstance(text, str) else text
    return [part.strip() for part in parts if part.strip()]


def _read_saver(path: str, binary: bool) -> Any:
    with files.os_errors("read the saver", path), open(path, "rb") as file:
        data = file.read()
    return SaverDef.FromString(data) if binary else text_format.Parse(data.decode(), SaverDef())


def _from_checkpoint(
    graph_def: Any, checkpoint: str, outputs: list[str], wanted: list[str] | None, unwanted: list[str] | None
) -> graph_pb2.GraphDef:
    reader = CheckpointReader(checkpoint)
    part = extract_sub_graph(graph_def, outputs)
    chosen = freeze.variables_to_freeze(part, wanted, unwanted)
    return freeze.freeze(part, {node.name: reader.get_tensor(node.name) for node in chosen})

"""A graph and a checkpoint as one frozen graph (API: tensorflow.python.tools.freeze_graph)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
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
from convflow.training.saved_model import loader, tag_constants
from convflow.training.saver import Saver

_PART = re.compile(r"/part_\d+$")


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
    input_saved_model_dir: str | None = None,
    saved_model_tags: str = tag_constants.SERVING,
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
        input_saved_model_dir: the folder of a SavedModel in place of graph and checkpoint.
        saved_model_tags: the tags of its graph, with commas between.
        checkpoint_version: accepted; checkpoints of either version are read as what they are.

    Raises:
        ValueError: there is no such checkpoint, no output is named, or there is no variable to freeze.
        RuntimeError: the SavedModel has no graph with these tags.
    """
    if not input_saved_model_dir and not checkpoint_management.checkpoint_exists(input_checkpoint):
        raise ValueError(f"Input checkpoint '{input_checkpoint}' doesn't exist! Pass its prefix, without .index.")
    outputs = _names(output_node_names)
    if not outputs:
        raise ValueError("You need to supply the name of a node to --output_node_names.")
    wanted, unwanted = _names(variable_names_whitelist) or None, _names(variable_names_blacklist) or None
    convert = _Freezing(outputs, wanted, unwanted, clear_devices)
    if input_saved_model_dir:
        frozen = convert.saved_model(input_saved_model_dir, saved_model_tags)
    else:
        meta = meta_graph_import.read_meta_graph(input_meta_graph) if input_meta_graph else None
        graph_def = meta.graph_def if meta is not None else graph_io.read_graph(input_graph, input_binary)
        saver_def = _read_saver(input_saver, input_binary) if input_saver else None
        if meta is not None and saver_def is None and meta.HasField("saver_def"):
            saver_def = meta.saver_def
        frozen = convert.checkpoint(graph_def, saver_def, input_checkpoint, _names(initializer_nodes or ""))
    if output_graph:
        folder, name = os.path.split(output_graph)
        graph_io.write_graph(frozen, folder, name, as_text=False)
    return frozen


@dataclass(frozen=True)
class _Freezing:
    outputs: list[str]
    wanted: list[str] | None
    unwanted: list[str] | None
    clear_devices: bool

    def saved_model(self, folder: str, tags: str) -> graph_pb2.GraphDef:
        with Graph().as_default(), Session() as session:
            meta = loader.load(session, _names(tags), folder)
            return self._of_session(session, self._placed(meta.graph_def))

    def checkpoint(
        self, graph_def: Any, saver_def: Any, checkpoint: str, initializers: list[str]
    ) -> graph_pb2.GraphDef:
        graph_def = self._placed(graph_def)
        if saver_def is None and not initializers:
            return self._of_reader(graph_def, CheckpointReader(checkpoint))
        with Graph().as_default(), Session() as session:
            import_graph_def(graph_def, name="")
            if saver_def is None:
                saver_def = Saver(_in_both(session.graph, CheckpointReader(checkpoint))).as_saver_def()
            Saver(saver_def=saver_def).restore(session, checkpoint)
            if initializers:
                session.run(initializers)
            return self._of_session(session, graph_def)

    def _placed(self, graph_def: Any) -> Any:
        if self.clear_devices:
            for node in graph_def.node:
                node.device = ""
        return graph_def

    def _of_session(self, session: Any, graph_def: Any) -> graph_pb2.GraphDef:
        return freeze.convert_variables_to_constants(session, graph_def, self.outputs, self.wanted, self.unwanted)

    def _of_reader(self, graph_def: Any, reader: CheckpointReader) -> graph_pb2.GraphDef:
        if not freeze.variables_to_freeze(graph_def):
            raise ValueError(
                "No variables were found in this model. It is likely the model was frozen previously. You cannot "
                "freeze a graph twice: use it as it is."
            )
        part = extract_sub_graph(graph_def, self.outputs)
        chosen = [node.name for node in freeze.variables_to_freeze(part, self.wanted, self.unwanted)]
        for name in chosen:
            if not reader.has_tensor(name) and _PART.search(name) and reader.has_tensor(_PART.sub("", name)):
                raise ValueError(
                    "Models containing partition variables cannot be converted from checkpoint files: the graph does "
                    f"not say which part of {_PART.sub('', name)} is {name}. Pass the checkpoint's .meta with "
                    "--input_meta_graph, or a SavedModel with --input_saved_model_dir."
                )
        return freeze.freeze(part, {name: reader.get_tensor(name) for name in chosen})


def _in_both(graph: Graph, reader: CheckpointReader) -> dict[str, Any]:
    variables = {op.name: op for op in graph.get_operations() if op.type in ("VariableV2", "Variable")}
    return {name: variables[name].outputs[0] for name in reader.get_variable_to_shape_map() if name in variables}


def _names(text: str | Sequence[str]) -> list[str]:
    parts = text.split(",") if isinstance(text, str) else text
    return [part.strip() for part in parts if part.strip()]


def _read_saver(path: str, binary: bool) -> Any:
    with files.os_errors("read the saver", path), open(path, "rb") as file:
        data = file.read()
    return SaverDef.FromString(data) if binary else text_format.Parse(data.decode(), SaverDef())

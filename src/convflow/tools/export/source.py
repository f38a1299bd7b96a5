"""The network that is to be exported, read from any of TensorFlow's files, with values in place of variables."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tensorboard.compat.proto import graph_pb2

from convflow import api  # noqa: F401  # registers every op, for the graphs in files
from convflow.core import errors
from convflow.formats import saved_model
from convflow.formats.bundle_v1 import open_checkpoint
from convflow.graph.graph import Graph
from convflow.graph.sub_graph import extract_sub_graph, node_of
from convflow.runtime.session import Session
from convflow.tools.export import refuse
from convflow.training import checkpoint_management, freeze, graph_io, meta_graph_import
from convflow.training.saved_model import loader, tag_constants

_GRAPH_SUFFIXES = (".pb", ".pbtxt", ".graphdef")
_PARTS = (".meta", ".index")
_PLACEHOLDERS = ("Placeholder", "PlaceholderV2")
_CALLS = ("StatefulPartitionedCall", "PartitionedCall")
# No answer of a network.
_NO_OUTPUT = (
    "Const",
    "NoOp",
    "Assert",
    "Placeholder",
    "PlaceholderV2",
    "PlaceholderWithDefault",
    "SaveV2",
    "RestoreV2",
)
_ANSWERS = ("Softmax", "Sigmoid", "ArgMax", "LogSoftmax", "BiasAdd", "MatMul", "Tanh", "ResizeBilinear", "Squeeze")
_SHOWN = 6


@dataclass(frozen=True)
class Source:
    """A frozen graph.

    Attributes:
        where: what was read, for messages.
        graph_def: the graph without variables.
        outputs: names of tensors.
        inputs: names of tensors that its signature gives, empty if it has none.
        variables: the constants that were variables.
        signature: the names in a SavedModel's signature of inputs and outputs, by tensor.
    """

    where: str
    graph_def: graph_pb2.GraphDef
    outputs: list[str]
    inputs: list[str] = field(default_factory=list)
    variables: frozenset[str] = frozenset()
    signature: dict[str, str] = field(default_factory=dict)


def read(path: str | os.PathLike[str], outputs: Iterable[str] = ()) -> Source:
    """The network at `path`.

    Args:
        path: a checkpoint's prefix with a `.meta` file beside it (or the folder of one), a file with a frozen
            `GraphDef`, or the folder of a SavedModel.
        outputs: names of nodes or tensors; by default a SavedModel's signature, or what no node of a frozen graph
            takes.

    Raises:
        NotFoundError: there is no such file, or no such output.
        InvalidArgumentError: a checkpoint without `outputs`, or a graph that is not frozen.
        DataLossError: the file is damaged.
    """
    name, wanted = os.fspath(path), [tensor_name(each) for each in outputs]
    if os.path.isdir(name):
        return _read_folder(name, wanted)
    if os.path.basename(name) in (saved_model.FILENAME_PB, saved_model.FILENAME_PBTXT):
        return _read_saved_model(os.path.dirname(name) or os.curdir, wanted)
    if name.endswith(_GRAPH_SUFFIXES):
        return _read_frozen(name, wanted)
    return _read_checkpoint(_prefix(name), wanted)


def tensor_name(name: str) -> str:
    return name if ":" in name else f"{name}:0"


def _prefix(name: str) -> str:
    for part in _PARTS:
        if name.endswith(part):
            return name.removesuffix(part)
    return name.partition(".data-")[0]


def _read_folder(folder: str, outputs: list[str]) -> Source:
    if saved_model.is_there(folder):
        return _read_saved_model(folder, outputs)
    latest = checkpoint_management.latest_checkpoint(folder)
    if latest is None:
        raise errors.NotFoundError(
            None,
            None,
            f"The folder {folder} holds neither a SavedModel (saved_model.pb) nor a checkpoint. Pass a SavedModel's "
            "folder, a checkpoint's prefix such as run/model.ckpt-100, or a frozen graph such as model.pb.",
        )
    return _read_checkpoint(latest, outputs)


def _read_frozen(path: str, outputs: list[str]) -> Source:
    graph_def = graph_io.read_graph(path)
    left = [node.name for node in freeze.variables_to_freeze(graph_def)]
    if left:
        raise refuse.invalid(
            f"{path} is not frozen: it has the variables {', '.join(left[:_SHOWN])}, but not their values. Expected a "
            "graph with constants. Pass the checkpoint's prefix, with its .meta file beside it, or freeze the graph "
            "first with convflow freeze-graph."
        )
    if not graph_def.node:
        raise errors.DataLossError(None, None, f"{path} holds a GraphDef without nodes. Is it another kind of file?")
    names = _checked(graph_def, outputs or _ends(graph_def), path)
    part = extract_sub_graph(graph_def, map(node_of, names))
    return Source(path, part, names, variables=_former_variables(part))


def _ends(graph_def: Any) -> list[str]:
    taken = {node_of(edge) for node in graph_def.node for edge in node.input}
    return [f"{node.name}:0" for node in graph_def.node if node.name not in taken and node.op not in _NO_OUTPUT]


def _former_variables(graph_def: Any) -> frozenset[str]:
    """Constants that a variable's read takes: what freezing leaves of it."""
    constants = {node.name for node in graph_def.node if node.op == "Const"}
    reads = [node for node in graph_def.node if node.op == "Identity" and node.name.startswith(node.input[0])]
    named = (node.input[0] for node in reads if node.name.rpartition("/")[2].startswith(("read", "ReadVariableOp")))
    other = {
        node_of(node.input[0])
        for node in graph_def.node
        if node.op == "Identity" and "ReadVariableOp" in node.name.rpartition("/")[2]
    }
    return frozenset(constants & {*named, *other})


def _read_checkpoint(prefix: str, outputs: list[str]) -> Source:
    meta_file = f"{prefix}.meta"
    if not checkpoint_management.checkpoint_exists(prefix):
        open_checkpoint(prefix)  # words what is missing, with names like it
    if not os.path.isfile(meta_file):
        raise errors.NotFoundError(
            None,
            None,
            f"The checkpoint {prefix} has no {meta_file} beside it: the values are there, the network is not. "
            "Save with tf.train.Saver.save(write_meta_graph=True), or pass a frozen graph or a SavedModel.",
        )
    meta_graph = meta_graph_import.read_meta_graph(meta_file)
    if not outputs:
        raise refuse.invalid(
            f"{meta_file} holds a training graph, which does not say what the network's answer is. Name it with "
            f"--outputs. {_candidates(meta_graph.graph_def)}"
        )
    return _freeze(prefix, meta_graph, _checked(meta_graph.graph_def, outputs, meta_file), prefix)


def _candidates(graph_def: Any) -> str:
    skipped = ("gradients", "save")
    nodes = [node for node in graph_def.node if node.name.split("/")[0] not in skipped]
    names = [node.name for node in reversed(nodes) if node.op in _ANSWERS]
    return f"Nodes that look like one: {', '.join(names[:_SHOWN])}." if names else ""


def _read_saved_model(folder: str, outputs: list[str]) -> Source:
    model = saved_model.read(folder)
    graphs = [graph for graph in model.meta_graphs if tag_constants.SERVING in graph.meta_info_def.tags]
    chosen = (graphs or list(model.meta_graphs))[:1]
    if not chosen:
        raise errors.DataLossError(None, None, f"The SavedModel in {folder} holds no graph.")
    meta_graph = chosen[0]
    if any(node.op in _CALLS for node in meta_graph.graph_def.node):
        raise refuse.unimplemented(
            f"The SavedModel in {folder} was written by TensorFlow 2: its graph calls functions, and its checkpoint "
            "knows objects, not variables. Expected one of TensorFlow 1, as simple_save writes it. "
            "Freeze the function in TensorFlow 2 with convert_variables_to_constants_v2 and pass that graph."
        )
    signature = _signature(meta_graph)
    names = outputs or (_tensors(signature.outputs) if signature is not None else [])
    if not names:
        raise refuse.invalid(
            f"The SavedModel in {folder} has no signature with outputs. Name them with --outputs. "
            f"{_candidates(meta_graph.graph_def)}"
        )
    source = _freeze(folder, meta_graph, _checked(meta_graph.graph_def, names, folder), None)
    if signature is None:
        return source
    ports = {info.name: key for group in (signature.inputs, signature.outputs) for key, info in group.items()}
    given = [] if outputs else _tensors(signature.inputs)
    return Source(folder, source.graph_def, names, given, source.variables, ports)


def _tensors(infos: Any) -> list[str]:
    """The tensors of a signature in the order of their keys: the file itself has none."""
    return [infos[key].name for key in sorted(infos)]


def _signature(meta_graph: Any) -> Any:
    signatures = {key: each for key, each in meta_graph.signature_def.items() if each.outputs and each.inputs}
    return signatures.get("serving_default") or (next(iter(signatures.values())) if signatures else None)


def _checked(graph_def: Any, outputs: list[str], where: str) -> list[str]:
    names = [node.name for node in graph_def.node]
    for output in outputs:
        if node_of(output) not in names:
            raise refuse.unknown_name("outputs", node_of(output), names, where)
    return outputs


def _freeze(where: str, meta_graph: Any, outputs: list[str], prefix: str | None) -> Source:
    graph_def = meta_graph.graph_def
    part = extract_sub_graph(graph_def, map(node_of, outputs))
    for node in part.node:
        node.device = ""
    names = [node.name for node in freeze.variables_to_freeze(part)]
    reader = open_checkpoint(prefix) if prefix is not None else None
    if reader is not None and all(name in reader for name in names):
        frozen = freeze.freeze(part, {name: reader.read(name) for name in names})
    else:
        frozen = _freeze_in_session(where, meta_graph, outputs, prefix)
    return Source(where, frozen, outputs, variables=frozenset(names))


def _freeze_in_session(where: str, meta_graph: Any, outputs: list[str], prefix: str | None) -> graph_pb2.GraphDef:
    """For names that only the saver knows, and what a SavedModel sets up."""
    with Graph().as_default() as graph, Session() as session:
        if prefix is None:
            loader.load(session, meta_graph.meta_info_def.tags, where)
        else:
            saver = meta_graph_import.import_meta_graph(meta_graph, clear_devices=True)
            if saver is None:
                raise refuse.invalid(f"{where}.meta has variables, but no saver that would restore them.")
            saver.restore(session, prefix)
        return freeze.convert_variables_to_constants(session, graph.as_graph_def(), list(map(node_of, outputs)))

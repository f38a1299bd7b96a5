"""Part of a graph for export: the nodes of one name scope under their names there, without those of other savers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tensorboard.compat.proto import graph_pb2, node_def_pb2

from convflow.graph.scoped_names import strip_name_scope
from convflow.training.collection_defs import UNBOUND_INPUT, included

_SAVER_OPS = {
    "Restore",
    "RestoreSlice",
    "RestoreV2",
    "Save",
    "SaveSlices",
    "SaveV2",
    "ShardedFilename",
    "ShardedFilespec",
    "MergeV2Checkpoints",
}


def extract(
    graph_def: Any, export_scope: str | None, excluded: Collection[str], clear_devices: bool
) -> tuple[graph_pb2.GraphDef, list[str]]:
    """The nodes in `export_scope` that are not `excluded`, and the names that stand for inputs from outside."""
    result = graph_pb2.GraphDef(versions=graph_def.versions)
    if graph_def.HasField("library"):
        result.library.CopyFrom(graph_def.library)
    unbound: list[str] = []
    for node in graph_def.node:
        if included(node.name, export_scope, excluded):
            result.node.append(_node(node, export_scope, unbound))
            if clear_devices:
                result.node[-1].device = ""
    return result, unbound


def _node(node: node_def_pb2.NodeDef, export_scope: str | None, unbound: list[str]) -> node_def_pb2.NodeDef:
    result = node_def_pb2.NodeDef()
    result.CopyFrom(node)
    if not export_scope:
        return result
    result.name = strip_name_scope(node.name, export_scope)
    for index, edge in enumerate(node.input):
        if edge.lstrip("^").startswith(export_scope):
            result.input[index] = strip_name_scope(edge, export_scope)
        else:
            mark = "^" if edge.startswith("^") else ""
            result.input[index] = f"{mark}{UNBOUND_INPUT}{edge.removeprefix('^')}"
            unbound.append(result.input[index])
    if "_class" in node.attr:
        groups = [group.decode() for group in node.attr["_class"].list.s]
        inside = [group for group in groups if group.partition("@")[2].startswith(export_scope)]
        result.attr["_class"].list.ClearField("s")
        result.attr["_class"].list.s.extend(strip_name_scope(group, export_scope).encode() for group in inside)
    if "frame_name" in node.attr:
        result.attr["frame_name"].s = strip_name_scope(node.attr["frame_name"].s.decode(), export_scope).encode()
    return result


def nodes_of_other_savers(graph_def: Any, saver_def: Any) -> set[str]:
    """The nodes of the name scopes in which savers other than that of `saver_def` have their nodes."""
    own = set()
    if saver_def is not None:
        for name in (saver_def.save_tensor_name, saver_def.restore_op_name):
            own.add(_scope(name.partition(":")[0]))
    savers = {node.name for node in graph_def.node if node.op in _SAVER_OPS}
    scopes = tuple(scope + "/" for scope in {_scope(name) for name in savers} - savers - own)
    return {node.name for node in graph_def.node if scopes and node.name.startswith(scopes)}


def _scope(name: str) -> str:
    return name.rpartition("/")[0] or name

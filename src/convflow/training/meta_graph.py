"""A graph with all that belongs to it as a `MetaGraphDef` (API: tf.train.export_meta_graph; `.meta` files)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf import text_format
from tensorboard.compat.proto import graph_pb2, meta_graph_pb2, op_def_pb2, saver_pb2

from convflow.core.version import GIT_VERSION, VERSION
from convflow.formats import files
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.opdef import get_op, is_registered
from convflow.graph.opdef_proto import opdef_to_proto
from convflow.graph.scopes import get_default_graph
from convflow.training import meta_graph_part
from convflow.training.collection_defs import add_collection

UNBOUND_INPUTS = "unbound_inputs"


def export_meta_graph(
    filename: str | None = None,
    meta_info_def: Any = None,
    graph_def: Any = None,
    saver_def: Any = None,
    collection_list: Any = None,
    as_text: bool = False,
    graph: Graph | None = None,
    export_scope: str | None = None,
    clear_devices: bool = False,
    clear_extraneous_savers: bool = False,
    strip_default_attrs: bool = False,
    save_debug_info: bool = False,
    **kwargs: Any,
) -> Any:
    """A graph, its collections and its saver as a `MetaGraphDef` (API: tf.train.export_meta_graph).

    Args:
        filename: also write it there, binary or as text.
        graph_def: the graph as a proto, that of `graph` by default.
        collection_list: names of the collections to include, all by default.
        graph: the default graph if None.
        export_scope: only what is in this name scope, under its names there. What the nodes take from outside is
            listed in the collection "unbound_inputs": whoever imports the proto says what stands for it.
        clear_devices: leave out where nodes should run.
        clear_extraneous_savers: leave out savers other than that of `saver_def`, with their nodes.
        strip_default_attrs: leave out attributes that have their default value.
        save_debug_info: accepted, without effect: the lines that made the nodes are not written.
        kwargs: `unbound_inputs_col_name`, the collection to use for "unbound_inputs".

    Raises:
        TypeError: a proto is of another class; other keywords.
    """
    unbound_name = kwargs.pop("unbound_inputs_col_name", UNBOUND_INPUTS)
    if kwargs:
        raise TypeError(f"export_meta_graph() got an unexpected keyword argument '{next(iter(kwargs))}'")
    graph = graph or get_default_graph()
    excluded: set[str] = set()
    if export_scope or clear_extraneous_savers or clear_devices:
        whole = graph_def or graph.as_graph_def(add_shapes=True)
        if clear_extraneous_savers:
            excluded = meta_graph_part.nodes_of_other_savers(whole, saver_def)
        graph_def, unbound = meta_graph_part.extract(whole, export_scope, excluded, clear_devices)
        if unbound_name:
            graph.clear_collection(unbound_name)
            for name in unbound:
                graph.add_to_collection(unbound_name, name)
    meta_graph = create_meta_graph_def(
        meta_info_def,
        graph_def,
        saver_def,
        collection_list,
        graph,
        strip_default_attrs,
        export_scope,
        excluded,
        clear_extraneous_savers,
    )
    if filename is not None:
        text = text_format.MessageToString(meta_graph).encode() if as_text else meta_graph.SerializeToString()
        files.write_atomically(filename, text)
    return meta_graph


def create_meta_graph_def(
    meta_info_def: Any = None,
    graph_def: Any = None,
    saver_def: Any = None,
    collection_list: Any = None,
    graph: Graph | None = None,
    strip_default_attrs: bool = False,
    export_scope: str | None = None,
    exclude_nodes: Iterable[str] = (),
    clear_extraneous_savers: bool = False,
) -> Any:
    """A `MetaGraphDef` of a graph; without `graph` only of `graph_def`, with no collections."""
    _check_class(meta_info_def, "meta_info_def", meta_graph_pb2.MetaGraphDef.MetaInfoDef)
    _check_class(graph_def, "graph_def", graph_pb2.GraphDef)
    _check_class(saver_def, "saver_def", saver_pb2.SaverDef)
    meta_graph = meta_graph_pb2.MetaGraphDef()
    if graph_def is None:
        graph_def = (graph or get_default_graph()).as_graph_def(add_shapes=True)
    meta_graph.graph_def.MergeFrom(graph_def)
    if meta_info_def is not None:
        meta_graph.meta_info_def.MergeFrom(meta_info_def)
    info = meta_graph.meta_info_def
    info.tensorflow_version, info.tensorflow_git_version = VERSION, GIT_VERSION
    op_list = stripped_op_list(meta_graph.graph_def)
    if not info.stripped_op_list.op:
        info.stripped_op_list.MergeFrom(op_list)
    if strip_default_attrs:
        _strip_default_attrs(meta_graph.graph_def, op_list)
        info.stripped_default_attrs = True
    if saver_def is not None:
        meta_graph.saver_def.MergeFrom(saver_def)
    if graph is not None:
        for key in graph.get_all_collection_keys() if collection_list is None else collection_list:
            items = graph.get_collection(key)
            if clear_extraneous_savers and key == GraphKeys.SAVERS:
                items = [saver_def]
            add_collection(meta_graph, key, items, export_scope, exclude_nodes)
    return meta_graph


def _check_class(value: Any, name: str, message_class: Any) -> None:
    if value is not None and not isinstance(value, message_class):
        raise TypeError(f"{name} must be of type {message_class.__name__}. Received type: {type(value)}.")


def stripped_op_list(graph_def: graph_pb2.GraphDef) -> op_def_pb2.OpList:
    """The signatures of the ops that a graph and its functions use, by name."""
    nodes = [*graph_def.node, *(node for function in graph_def.library.function for node in function.node_def)]
    names = sorted({node.op for node in nodes if is_registered(node.op)})
    return op_def_pb2.OpList(op=[opdef_to_proto(get_op(name)) for name in names])


def _strip_default_attrs(graph_def: graph_pb2.GraphDef, op_list: op_def_pb2.OpList) -> None:
    defaults = {
        op.name: {attr.name: attr.default_value for attr in op.attr if attr.HasField("default_value")}
        for op in op_list.op
    }
    for nodes in (graph_def.node, *(function.node_def for function in graph_def.library.function)):
        for node in nodes:
            for name, default in defaults.get(node.op, {}).items():
                if name in node.attr and node.attr[name] == default:
                    del node.attr[name]

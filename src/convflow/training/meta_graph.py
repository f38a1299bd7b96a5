"""A graph with all that belongs to it as a `MetaGraphDef` (API: tf.train.export_meta_graph; `.meta` files)."""

from __future__ import annotations

from typing import Any

from google.protobuf import text_format
from google.protobuf.message import Message
from tensorboard.compat.proto import graph_pb2, meta_graph_pb2, op_def_pb2

from convflow.core import logging
from convflow.core.version import GIT_VERSION, VERSION
from convflow.formats import files
from convflow.graph.graph import Graph
from convflow.graph.opdef import get_op, is_registered
from convflow.graph.opdef_proto import opdef_to_proto
from convflow.graph.scopes import get_default_graph


def export_meta_graph(
    filename: str | None = None,
    meta_info_def: Any = None,
    graph_def: Any = None,
    saver_def: Any = None,
    collection_list: Any = None,
    as_text: bool = False,
    graph: Graph | None = None,
    clear_devices: bool = False,
    strip_default_attrs: bool = False,
) -> Any:
    """A graph, its collections and its saver as a `MetaGraphDef` (API: tf.train.export_meta_graph).

    Args:
        filename: also write it there, binary or as text.
        graph_def: the graph as a proto, that of `graph` by default.
        collection_list: names of the collections to include, all by default.
        graph: the default graph if None.
        clear_devices: leave out where nodes should run.
        strip_default_attrs: leave out attributes that have their default value.
    """
    graph = graph or get_default_graph()
    meta_graph = create_meta_graph_def(meta_info_def, graph_def, saver_def, collection_list, graph, strip_default_attrs)
    if clear_devices:
        for node in meta_graph.graph_def.node:
            node.device = ""
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
) -> Any:
    """A `MetaGraphDef` of a graph; without `graph` only of `graph_def`, with no collections."""
    meta_graph = meta_graph_pb2.MetaGraphDef()
    if graph_def is None:
        graph_def = (graph or get_default_graph()).as_graph_def(add_shapes=True)
    meta_graph.graph_def.MergeFrom(graph_def)
    if meta_info_def is not None:
        meta_graph.meta_info_def.MergeFrom(meta_info_def)
    info = meta_graph.meta_info_def
    info.tensorflow_version, info.tensorflow_git_version = VERSION, GIT_VERSION
    op_list = stripped_op_list(meta_graph.graph_def)
    if not info.HasField("stripped_op_list"):
        info.stripped_op_list.MergeFrom(op_list)
    if strip_default_attrs:
        _strip_default_attrs(meta_graph.graph_def, op_list)
        info.stripped_default_attrs = True
    if saver_def is not None:
        meta_graph.saver_def.MergeFrom(saver_def)
    if graph is not None:
        for key in graph.get_all_collection_keys() if collection_list is None else collection_list:
            _add_collection(meta_graph, key, graph.get_collection(key))
    return meta_graph


def stripped_op_list(graph_def: graph_pb2.GraphDef) -> op_def_pb2.OpList:
    """The signatures of the ops that a graph uses, by name."""
    names = sorted({node.op for node in graph_def.node if is_registered(node.op)})
    return op_def_pb2.OpList(op=[opdef_to_proto(get_op(name)) for name in names])


def _strip_default_attrs(graph_def: graph_pb2.GraphDef, op_list: op_def_pb2.OpList) -> None:
    defaults = {
        op.name: {attr.name: attr.default_value for attr in op.attr if attr.HasField("default_value")}
        for op in op_list.op
    }
    for node in graph_def.node:
        for name, default in defaults.get(node.op, {}).items():
            if name in node.attr and node.attr[name] == default:
                del node.attr[name]


def _add_collection(meta_graph: Any, key: str, items: list[Any]) -> None:
    """Adds the items of a collection, if they are of a kind that a `CollectionDef` can hold."""
    if not items:
        return
    collection = meta_graph_pb2.CollectionDef()
    try:
        _fill_collection(collection, items)
    except (AttributeError, TypeError, ValueError) as error:
        logging.warning(
            "Issue encountered when serializing %s.\nType is unsupported, or the types of the items don't match "
            "field type in CollectionDef. Note this is a warning and probably safe to ignore.\n%s",
            key,
            error,
        )
        return
    meta_graph.collection_def[key].CopyFrom(collection)


def _fill_collection(collection: Any, items: list[Any]) -> None:
    first = items[0]
    if hasattr(first, "to_proto"):
        collection.bytes_list.value.extend(item.to_proto().SerializeToString() for item in items)
    elif isinstance(first, Message):
        collection.bytes_list.value.extend(item.SerializeToString() for item in items)
    elif isinstance(first, (str, bytes)):
        collection.bytes_list.value.extend(item.encode() if isinstance(item, str) else item for item in items)
    elif isinstance(first, int):
        collection.int64_list.value.extend(items)
    elif isinstance(first, float):
        collection.float_list.value.extend(items)
    else:
        collection.node_list.value.extend(item.name for item in items)

"""Graphs from `MetaGraphDef` protos and `.meta` files (API: tf.train.import_meta_graph)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import meta_graph_pb2

from convflow.core import errors, logging
from convflow.formats import files
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.importer import import_graph_def
from convflow.graph.scoped_names import strip_name_scope
from convflow.graph.scopes import get_collection, get_default_graph
from convflow.modeling.variables.variable import global_variables
from convflow.training.collection_defs import restore_collections
from convflow.training.meta_graph import UNBOUND_INPUTS
from convflow.training.saver import Saver


def import_meta_graph(
    meta_graph_or_file: Any, clear_devices: bool = False, import_scope: str | None = None, **kwargs: Any
) -> Saver | None:
    """Add a saved graph to the default graph, with its collections (API: tf.train.import_meta_graph).

    Args:
        meta_graph_or_file: a `MetaGraphDef`, or the path of a `.meta` file, binary or text.
        clear_devices: forget where nodes should run.
        import_scope: the name scope to put it in; none by default.
        kwargs: `input_map` and `return_elements` as `tf.import_graph_def` takes them (the latter only checked).

    Returns:
        A saver for its variables, None where it has none.

    Raises:
        OSError: there is no such file, or it is no `MetaGraphDef`.
        ValueError: the graph takes inputs from outside that `input_map` does not give.
        tf.errors.NotFoundError: it uses ops that convflow does not have; each is named with its nodes.
        tf.errors.InvalidArgumentError: a collection does not fit the graph.
    """
    saver, _ = import_with_return_elements(meta_graph_or_file, clear_devices, import_scope, **kwargs)
    return saver


def import_with_return_elements(
    meta_graph_or_file: Any,
    clear_devices: bool = False,
    import_scope: str | None = None,
    return_elements: Any = None,
    **kwargs: Any,
) -> tuple[Saver | None, list[Any] | None]:
    """`import_meta_graph`, with the operations and tensors that `return_elements` names."""
    meta_graph = read_meta_graph(meta_graph_or_file)
    with naming(None if meta_graph is meta_graph_or_file else os.fspath(meta_graph_or_file)):
        variables, elements = import_scoped(
            meta_graph, clear_devices, import_scope, return_elements=return_elements, **kwargs
        )
        return _saver(meta_graph, import_scope, variables), elements


@contextlib.contextmanager
def naming(path: str | None) -> Iterator[None]:
    """Errors of the block say which file the graph came from, where it came from one."""
    try:
        yield
    except errors.OpError as error:
        if path is None or path in error.message:
            raise
        kind: Any = type(error)
        raise kind(error.node_def, error.op, f"{error.message}\nThe graph is that of {path}.") from error
    except (KeyError, DecodeError) as error:
        if path is None:
            raise
        reason = error.args[0] if error.args else error
        raise errors.InvalidArgumentError(
            None, None, f"{reason} The graph is that of {path}, which is damaged or was put together by hand."
        ) from error
    except (TypeError, ValueError) as error:
        if path is None or path in str(error):
            raise
        base = TypeError if isinstance(error, TypeError) else ValueError
        raise base(f"{error}\nThe graph is that of {path}.") from error


def read_meta_graph(meta_graph_or_file: Any) -> Any:
    """The `MetaGraphDef` in a file; a proto is returned as it is.

    Raises:
        OSError: there is no such file, or it is no `MetaGraphDef`.
    """
    if isinstance(meta_graph_or_file, meta_graph_pb2.MetaGraphDef):
        return meta_graph_or_file
    path = os.fspath(meta_graph_or_file)
    if not os.path.isfile(path):
        raise OSError(f"File does not exist. Received: {path}. Pass the path of a .meta file, with its suffix.")
    with files.os_errors("read the graph", path), open(path, "rb") as file:
        data = file.read()
    try:
        return meta_graph_pb2.MetaGraphDef.FromString(data)
    except DecodeError:
        pass
    try:
        return text_format.Parse(data.decode(), meta_graph_pb2.MetaGraphDef())
    except (UnicodeDecodeError, text_format.ParseError, RecursionError) as error:
        raise OSError(
            f"Cannot parse file {path}: {error}. Expected a MetaGraphDef as tf.train.Saver.save and "
            "tf.train.export_meta_graph write it; the file is damaged, cut short or of another kind."
        ) from None


def import_scoped(
    meta_graph: Any,
    clear_devices: bool = False,
    import_scope: str | None = None,
    input_map: Any = None,
    return_elements: Any = None,
    graph: Graph | None = None,
    unbound_inputs_col_name: str | None = UNBOUND_INPUTS,
    restore_collections_predicate: Callable[[str], bool] = lambda key: True,
) -> tuple[dict[str, Any], list[Any] | None]:
    """Add a graph and its collections.

    Args:
        restore_collections_predicate: which collections come back.

    Returns:
        The variables by their names in the proto, and the `return_elements`.
    """
    _check_unbound(meta_graph, unbound_inputs_col_name, input_map)
    graph = graph or get_default_graph()
    with graph.as_default():
        graph_def = meta_graph.graph_def
        if clear_devices:
            graph_def = type(graph_def).FromString(graph_def.SerializeToString())
            for node in graph_def.node:
                node.device = ""
        scope = graph.unique_name(import_scope or "", mark_as_used=False)
        elements = import_graph_def(graph_def, input_map, return_elements, import_scope or scope)
        restore_collections(
            meta_graph,
            graph,
            scope,
            skipped=lambda key: key == unbound_inputs_col_name or not restore_collections_predicate(key),
        )
        variables = graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope)
        return {strip_name_scope(variable.name, scope): variable for variable in variables}, elements


def _check_unbound(meta_graph: Any, key: str | None, input_map: Any) -> None:
    if key is None or key not in meta_graph.collection_def:
        return
    names = [name.decode() for name in meta_graph.collection_def[key].bytes_list.value]
    missing = [name for name in names if name not in (input_map or {})]
    if missing:
        raise ValueError(
            f"Graph contains unbound inputs: {','.join(missing)}. Must provide these inputs through input_map. It is "
            "part of another graph, from which these come."
        )


def _saver(meta_graph: Any, import_scope: str | None, variables: dict[str, Any]) -> Saver | None:
    if meta_graph.HasField("saver_def"):
        scope = import_scope
        if variables:
            # Where the nodes really are: a scope of that name may have been there before.
            name, variable = next(iter(variables.items()))
            scope = variable.name[: -len(name)]
        return Saver(saver_def=meta_graph.saver_def, name=scope)
    if global_variables(import_scope) or get_collection(GraphKeys.SAVEABLE_OBJECTS, import_scope):
        return Saver()
    logging.info("Saver not created because there are no variables in the graph to restore")
    return None

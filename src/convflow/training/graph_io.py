"""Graphs as files (API: tf.train.write_graph)."""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import graph_pb2

from convflow.core import errors
from convflow.formats import files
from convflow.graph.graph import Graph


def write_graph(graph_or_graph_def: Any, logdir: str | os.PathLike[str], name: str, as_text: bool = True) -> str:
    """Write a graph, or any proto, to a file (API: tf.train.write_graph, tf.io.write_graph).

    Args:
        graph_or_graph_def: a `Graph` or a proto.
        logdir: the folder, made if need be.
        name: the file's name in it.
        as_text: as text instead of binary.

    Returns:
        The file's path.
    """
    proto = graph_or_graph_def.as_graph_def() if isinstance(graph_or_graph_def, Graph) else graph_or_graph_def
    folder = os.fspath(logdir)
    path = os.path.join(folder, name)
    if folder:
        with files.os_errors("make the folder", folder):
            os.makedirs(folder, exist_ok=True)
    data = text_format.MessageToString(proto).encode() if as_text else proto.SerializeToString()
    files.write_atomically(path, data)
    return path


def read_graph(path: str | os.PathLike[str], binary: bool | None = None) -> graph_pb2.GraphDef:
    """The `GraphDef` in a file.

    Args:
        binary: whether it is binary; None to try both.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: it holds no `GraphDef`.
    """
    name = os.fspath(path)
    with files.os_errors("read the graph", name), open(name, "rb") as file:
        data = file.read()
    try:
        if binary is not False:
            return graph_pb2.GraphDef.FromString(data)
    except DecodeError as error:
        if binary:
            raise _no_graph(name, error) from None
    try:
        return text_format.Parse(data.decode(), graph_pb2.GraphDef())
    except (UnicodeDecodeError, text_format.ParseError, RecursionError) as error:
        raise _no_graph(name, error) from None


def _no_graph(path: str, error: Exception) -> errors.OpError:
    return errors.DataLossError(
        None,
        None,
        f"{path} holds no GraphDef: {error}. Expected a file as tf.train.write_graph writes it; is it damaged, of "
        "another kind, or text where binary was asked for?",
    )

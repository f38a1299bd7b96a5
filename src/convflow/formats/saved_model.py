"""The file of a SavedModel (API: tf.saved_model): meta graphs with tags, binary or as text."""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import meta_graph_pb2

from convflow.core import errors
from convflow.formats import files

FILENAME_PB = "saved_model.pb"
FILENAME_PBTXT = "saved_model.pbtxt"
SCHEMA_VERSION = 1
_META_GRAPH = meta_graph_pb2.MetaGraphDef.DESCRIPTOR


def _build() -> Any:
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="convflow/formats/saved_model.proto",
        package="convflow",
        syntax="proto3",
        dependency=[_META_GRAPH.file.name],
    )
    message = file.message_type.add(name="SavedModel")
    version, graphs = message.field.add(), message.field.add()
    version.MergeFrom(
        kinds(name="saved_model_schema_version", number=1, label=kinds.LABEL_OPTIONAL, type=kinds.TYPE_INT64)
    )
    graphs.MergeFrom(
        kinds(
            name="meta_graphs",
            number=2,
            label=kinds.LABEL_REPEATED,
            type=kinds.TYPE_MESSAGE,
            type_name=f".{_META_GRAPH.full_name}",
        )
    )
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("convflow.SavedModel"))


SavedModel: Any = _build()


def is_there(export_dir: str | os.PathLike[str]) -> bool:
    """Whether a folder holds a SavedModel (API: tf.saved_model.contains_saved_model).

    Args:
        export_dir: the folder's path.

    Returns:
        True where it has a `saved_model.pb` or `saved_model.pbtxt`.
    """
    folder = os.fspath(export_dir)
    return any(os.path.isfile(os.path.join(folder, name)) for name in (FILENAME_PBTXT, FILENAME_PB))


def read(export_dir: str | os.PathLike[str]) -> Any:
    """The `SavedModel` of a folder.

    Raises:
        OSError: there is none, or it cannot be parsed.
        InvalidArgumentError: it is of a later format.
    """
    folder = os.fspath(export_dir)
    binary, text = os.path.join(folder, FILENAME_PB), os.path.join(folder, FILENAME_PBTXT)
    if os.path.isfile(binary):
        model = _parse(binary, SavedModel.FromString)
    elif os.path.isfile(text):
        model = _parse(text, lambda data: text_format.Parse(data.decode(), SavedModel()))
    else:
        raise OSError(
            f"SavedModel file does not exist at: {folder}{os.sep}{{{FILENAME_PBTXT}|{FILENAME_PB}}}. Pass the folder "
            "that it was exported to."
        )
    if model.saved_model_schema_version > SCHEMA_VERSION:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The SavedModel in {folder} is of format {model.saved_model_schema_version}, expected {SCHEMA_VERSION}. "
            "It was written by a later release.",
        )
    return model


def _parse(path: str, parse: Any) -> Any:
    with files.os_errors("read the SavedModel", path), open(path, "rb") as file:
        data = file.read()
    try:
        return parse(data)
    except (DecodeError, UnicodeDecodeError, text_format.ParseError, RecursionError) as error:
        raise OSError(
            f"Cannot parse file {path}: {error}. Expected a SavedModel; the file is damaged, cut short or of another "
            "kind."
        ) from None

"""Writing SavedModels (API: tf.saved_model.builder.SavedModelBuilder, tf.saved_model.simple_save)."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import any_pb2, text_format
from tensorboard.compat.proto import meta_graph_pb2

from convflow.core import logging
from convflow.formats import files, saved_model
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Operation
from convflow.graph.scopes import get_collection, get_default_graph
from convflow.graph.static_value import constant_value
from convflow.modeling.variables.variable import global_variables
from convflow.training.saved_model import constants, signatures, tag_constants
from convflow.training.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from convflow.training.saver import Saver

# TensorFlow's name of the message, by which every release finds it.
_ASSET_TYPE = "type.googleapis.com/tensorflow.AssetFileDef"
_RESERVED = (constants.INIT_OP_SIGNATURE_KEY, constants.TRAIN_OP_SIGNATURE_KEY)


class SavedModelBuilder:
    """Writes a SavedModel to a folder that is empty or not there yet (API: tf.saved_model.builder.SavedModelBuilder).

    Add the graph with its variables first, others (with the same variables) after that; then `save`.

    Args:
        export_dir: the folder; it is made if it is not there.

    Raises:
        AssertionError: the folder holds something.
    """

    def __init__(self, export_dir: str | os.PathLike[str]) -> None:
        self._export_dir = os.fspath(export_dir)
        self._model = saved_model.SavedModel(saved_model_schema_version=constants.SAVED_MODEL_SCHEMA_VERSION)
        self._has_saved_variables = False
        if os.path.isdir(self._export_dir) and os.listdir(self._export_dir):
            raise AssertionError(
                f"Export directory {self._export_dir} already exists, and isn't empty. Please choose a different "
                "export directory, or delete all the contents of the specified directory."
            )
        self._make_folder(self._export_dir)

    def _make_folder(self, folder: str) -> None:
        with files.os_errors("make a folder of the SavedModel", folder):
            os.makedirs(folder, exist_ok=True)

    def add_meta_graph_and_variables(
        self,
        sess: Any,
        tags: Iterable[str],
        signature_def_map: Mapping[str, Any] | None = None,
        assets_collection: Any = None,
        legacy_init_op: Any = None,
        clear_devices: bool = False,
        main_op: Any = None,
        strip_default_attrs: bool = False,
        saver: Saver | None = None,
    ) -> None:
        """Add the session's graph, and write its variables.

        Args:
            tags: words by which the graph is found; see `tag_constants`.
            signature_def_map: `SignatureDef`s by name.
            assets_collection: constants with the paths of files to copy into the SavedModel.
            legacy_init_op: former name of `main_op`.
            main_op: an operation that is run when the graph was loaded.
            saver: what writes the variables; one of all variables by default.

        Raises:
            AssertionError: variables were written before, or a signature is not complete.
            KeyError: a name of a signature is reserved. TypeError: `main_op` is no operation.
        """
        if self._has_saved_variables:
            raise AssertionError(
                "Graph state including variables and assets has already been saved. Please invoke `add_meta_graph()` "
                "instead."
            )
        _check_signatures(signature_def_map)
        with sess.graph.as_default():
            _add_collections(assets_collection, main_op or legacy_init_op)
            saver = saver or _saver()
            folder = os.path.join(self._export_dir, constants.VARIABLES_DIRECTORY)
            self._make_folder(folder)
            path = os.path.join(folder, constants.VARIABLES_FILENAME)
            saver.save(sess, path, write_meta_graph=False, write_state=False)
            self._add(saver, tags, signature_def_map, clear_devices, strip_default_attrs)
        self._has_saved_variables = True

    def add_meta_graph(
        self,
        tags: Iterable[str],
        signature_def_map: Mapping[str, Any] | None = None,
        assets_collection: Any = None,
        legacy_init_op: Any = None,
        clear_devices: bool = False,
        main_op: Any = None,
        strip_default_attrs: bool = False,
        saver: Saver | None = None,
    ) -> None:
        """Add the default graph, which uses the variables already written. See `add_meta_graph_and_variables`.

        Raises:
            AssertionError: no variables were written yet.
        """
        if not self._has_saved_variables:
            raise AssertionError(
                "Graph state including variables and assets has not been saved yet. Please invoke "
                "`add_meta_graph_and_variables()` first."
            )
        _check_signatures(signature_def_map)
        _add_collections(assets_collection, main_op or legacy_init_op)
        self._add(saver or _saver(), tags, signature_def_map, clear_devices, strip_default_attrs)

    def _add(
        self, saver: Saver, tags: Iterable[str], signature_def_map: Any, clear_devices: bool, strip_default_attrs: bool
    ) -> None:
        meta_graph = saver.export_meta_graph(clear_devices=clear_devices, strip_default_attrs=strip_default_attrs)
        self._copy_assets(meta_graph)
        meta_graph.meta_info_def.tags.extend(tags)
        for key, signature in (signature_def_map or {}).items():
            meta_graph.signature_def[key].CopyFrom(signature)
        self._model.meta_graphs.append(meta_graph)

    def _copy_assets(self, meta_graph: Any) -> None:
        """Copies the files that the graph names, and lists under which names they are now."""
        tensors = get_collection(GraphKeys.ASSET_FILEPATHS)
        key = constants.ASSETS_KEY
        if not tensors or key not in get_default_graph().get_all_collection_keys():
            return
        folder = os.path.join(self._export_dir, constants.ASSETS_DIRECTORY)
        self._make_folder(folder)
        for tensor in get_collection(key):
            path = _asset_path(tensor)
            name = _asset_name(path, folder)
            with files.os_errors("copy an asset", path):
                shutil.copyfile(path, os.path.join(folder, name))
            asset = meta_graph_pb2.AssetFileDef(filename=name)
            asset.tensor_info.name = tensor.name
            value = any_pb2.Any(type_url=_ASSET_TYPE, value=asset.SerializeToString())
            meta_graph.collection_def[key].any_list.value.append(value)

    def save(self, as_text: bool = False) -> bytes:
        """Write the SavedModel's file, as text if asked for; returns its path."""
        name = constants.SAVED_MODEL_FILENAME_PBTXT if as_text else constants.SAVED_MODEL_FILENAME_PB
        path = os.path.join(self._export_dir, name)
        data = text_format.MessageToString(self._model).encode() if as_text else self._model.SerializeToString()
        files.write_atomically(path, data)
        logging.info("SavedModel written to: %s", path)
        return path.encode()


def _saver() -> Saver:
    variables = global_variables() + get_collection(GraphKeys.SAVEABLE_OBJECTS)
    return Saver(variables, sharded=True, allow_empty=True)


def _add_collections(assets: Any, main_op: Any) -> None:
    graph = get_default_graph()
    if main_op is not None:
        if not isinstance(main_op, Operation):
            raise TypeError(f"Expected {main_op} to be an Operation but got type {type(main_op)} instead.")
        if graph.get_collection(constants.MAIN_OP_KEY):
            raise ValueError(
                f"Graph already contains one or more main ops under the collection {constants.MAIN_OP_KEY}."
            )
        graph.add_to_collection(constants.MAIN_OP_KEY, main_op)
    listed = graph.get_collection_ref(constants.ASSETS_KEY) if assets else []
    listed.extend(tensor for tensor in assets or () if tensor not in listed)


def _asset_path(tensor: Any) -> str:
    value = constant_value(tensor)
    if value is None or value.ndim:
        raise ValueError(
            f"Invalid asset filepath tensor {tensor}. Expected a constant with the path of one file: tf.constant(path)."
        )
    return os.fsdecode(value.item())


def _asset_name(path: str, folder: str) -> str:
    """The file's own name, numbered where another file of that name is there."""
    stem, suffix = os.path.splitext(os.path.basename(path))
    name, number = stem + suffix, 0
    while os.path.exists(os.path.join(folder, name)):
        with files.os_errors("compare an asset", path):
            if filecmp.cmp(path, os.path.join(folder, name), shallow=False):
                return name
        number += 1
        name = f"{stem}_{number}{suffix}"
    return name


def _check_signatures(signature_def_map: Mapping[str, Any] | None) -> None:
    for key, signature in (signature_def_map or {}).items():
        if key in _RESERVED:
            raise KeyError(f"SignatureDef map key `{key}` is reserved: please choose a different key.")
        for info in (*signature.inputs.values(), *signature.outputs.values()):
            if info.WhichOneof("encoding") is None:
                raise AssertionError(
                    f"Invalid `tensor_info` {info}: it names no tensor. Use tf.saved_model.utils.build_tensor_info."
                )
            if not info.dtype:
                raise AssertionError(f"Invalid `tensor_info` {info}: all TensorInfo protos must have a dtype.")


def simple_save(
    session: Any,
    export_dir: str | os.PathLike[str],
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    legacy_init_op: Any = None,
) -> None:
    """Write a session's graph and variables for serving, with one signature (API: tf.saved_model.simple_save).

    Args:
        export_dir: an empty or a new folder.
        inputs, outputs: tensors by name.
    """
    builder = SavedModelBuilder(export_dir)
    builder.add_meta_graph_and_variables(
        session,
        [tag_constants.SERVING],
        {DEFAULT_SERVING_SIGNATURE_DEF_KEY: signatures.predict_signature_def(inputs, outputs)},
        get_collection(GraphKeys.ASSET_FILEPATHS),
        main_op=legacy_init_op,
        clear_devices=True,
    )
    builder.save()

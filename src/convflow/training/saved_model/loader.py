"""Reading SavedModels (API: tf.saved_model.loader.load)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from tensorboard.compat.proto import meta_graph_pb2

from convflow.core import errors, logging
from convflow.formats import saved_model
from convflow.graph.scoped_names import prepend_name_scope
from convflow.training import meta_graph_import
from convflow.training.saved_model import constants
from convflow.training.saver import Saver


def maybe_saved_model_directory(export_dir: str | os.PathLike[str]) -> bool:
    """Whether a folder holds a SavedModel (API: tf.saved_model.loader.maybe_saved_model_directory).

    Args:
        export_dir: the folder.
    """
    return saved_model.is_there(export_dir)


def load(
    sess: Any,
    tags: Iterable[str],
    export_dir: str | os.PathLike[str],
    import_scope: str | None = None,
    **saver_kwargs: Any,
) -> Any:
    """Add a SavedModel's graph to the session's, with variables and what its main operation sets up.

    API: tf.saved_model.loader.load.

    Args:
        tags: the tags of the graph, all of them.
        import_scope: the name scope to put it in.
        saver_kwargs: for `tf.train.import_meta_graph`.

    Returns:
        The `MetaGraphDef`, whose `signature_def` names the tensors.

    Raises:
        OSError: there is no SavedModel. RuntimeError: it has no graph with these tags.
        tf.errors.NotFoundError: it uses ops that convflow does not have; each is named with its nodes.
    """
    folder = os.fspath(export_dir)
    meta_graph = _with_tags(saved_model.read(folder), set(tags), folder)
    with sess.graph.as_default(), meta_graph_import.naming(folder):
        saver = meta_graph_import.import_meta_graph(meta_graph, import_scope=import_scope, **saver_kwargs)
        _restore(sess, saver, folder)
        _run_main_op(sess, meta_graph, folder, import_scope)
    return meta_graph


def _with_tags(model: Any, tags: set[str], folder: str) -> Any:
    for meta_graph in model.meta_graphs:
        if set(meta_graph.meta_info_def.tags) == tags:
            return meta_graph
    available = [set(meta_graph.meta_info_def.tags) for meta_graph in model.meta_graphs]
    raise RuntimeError(
        f"MetaGraphDef associated with tags {str(sorted(tags)).strip('[]')} could not be found in SavedModel {folder}, "
        f"with available tags '{available}'. Pass all tags of one of them."
    )


def _restore(sess: Any, saver: Saver | None, folder: str) -> None:
    if saver is None:
        logging.info("The specified SavedModel has no variables; no checkpoints were restored.")
        return
    saver.restore(sess, os.path.join(folder, constants.VARIABLES_DIRECTORY, constants.VARIABLES_FILENAME))


def _run_main_op(sess: Any, meta_graph: Any, folder: str, import_scope: str | None) -> None:
    name = _main_op(meta_graph)
    if name is None:
        return
    op = sess.graph.as_graph_element(prepend_name_scope(name, import_scope))
    logging.info("Running local_init_op.")
    sess.run(op, _assets(meta_graph, folder, import_scope))


def _main_op(meta_graph: Any) -> str | None:
    signature = meta_graph.signature_def
    if constants.INIT_OP_SIGNATURE_KEY in signature:
        outputs = signature[constants.INIT_OP_SIGNATURE_KEY].outputs
        return outputs[constants.INIT_OP_SIGNATURE_KEY].name
    for key in (constants.MAIN_OP_KEY, constants.LEGACY_INIT_OP_KEY):
        if key in meta_graph.collection_def:
            names = meta_graph.collection_def[key].node_list.value
            if len(names) != 1:
                raise RuntimeError(f"Expected exactly one SavedModel init op. Found {len(names)}: {list(names)}.")
            return names[0]
    return None


def _assets(meta_graph: Any, folder: str, import_scope: str | None) -> dict[str, str]:
    """Where the files that the graph uses are, by the names of the tensors that say it."""
    listed = list(meta_graph.asset_file_def)
    if not listed and constants.ASSETS_KEY in meta_graph.collection_def:
        values = meta_graph.collection_def[constants.ASSETS_KEY].any_list.value
        listed = [meta_graph_pb2.AssetFileDef.FromString(value.value) for value in values]
    return {
        prepend_name_scope(asset.tensor_info.name, import_scope): _inside(folder, asset.filename) for asset in listed
    }


def _inside(folder: str, name: str) -> str:
    assets = os.path.join(folder, constants.ASSETS_DIRECTORY)
    path = os.path.normpath(os.path.join(assets, name))
    if os.path.isabs(name) or not path.startswith(os.path.normpath(assets) + os.sep):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The SavedModel in {folder} names the asset {name!r}, which lies outside of its folder "
            f"{constants.ASSETS_DIRECTORY}. Do not use it unless you know who made it.",
        )
    return path

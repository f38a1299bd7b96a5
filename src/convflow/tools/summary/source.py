"""The graph that a summary is of: a model by name, one in a file or folder, or what a program builds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import convflow as tf
from convflow.core import errors
from convflow.formats import saved_model
from convflow.graph.graph import Graph
from convflow.models import registry, zoo
from convflow.slim.research.nets import nets_factory
from convflow.tools.classifier import trained
from convflow.tools.classifier.folder import CONFIG_FILE
from convflow.tools.classifier.graph import build_network
from convflow.tools.summary import script
from convflow.training import graph_io, meta_graph_import

_GRAPH_FILES = (".pb", ".pbtxt", ".graphdef")
_PROGRAMS = (".py", ".ipynb")
_SAVED_MODELS = (saved_model.FILENAME_PB, saved_model.FILENAME_PBTXT)


@dataclass(frozen=True)
class Source:
    """A graph, and what a person should know about where it is from; empty if there is nothing to say."""

    graph: Graph
    note: str = ""


def read(what: str, arguments: Sequence[str] = ()) -> Source:
    """The graph of a model, of a program, or in a file or folder.

    Args:
        what: a registered model or published checkpoint; a frozen graph; a .meta file, or a checkpoint that has one
            beside it; a folder with a SavedModel, a training run or checkpoints; a program (.py, .ipynb).
        arguments: a program's own.

    Raises:
        errors.NotFoundError: there is no such model, file or folder.
        errors.DataLossError: the file is damaged.
        errors.FailedPreconditionError: the program fails or builds no network.
    """
    if what.endswith(_PROGRAMS):
        built = script.graph_of(what, arguments)
        return Source(built.graph, f"The graph of {what} as it is {built.where}.")
    if arguments:
        raise errors.InvalidArgumentError(
            None, None, f"{what} was given the arguments {' '.join(arguments)}; only a program (.py, .ipynb) takes "
            "some. Leave them out.",
        )  # fmt: skip
    with tf.Graph().as_default() as graph:
        note = _import(what)
    return Source(graph, note)


def _import(what: str) -> str:
    """Fills the default graph; returns what to say about it."""
    if os.path.isdir(what):
        return _import_folder(Path(what))
    if what.endswith(".meta"):
        meta_graph_import.import_meta_graph(what, clear_devices=True)
    elif what.endswith(_GRAPH_FILES):
        tf.import_graph_def(graph_io.read_graph(what), name="")
    elif os.path.isfile(f"{what}.meta"):
        meta_graph_import.import_meta_graph(f"{what}.meta", clear_devices=True)
    else:
        _build(what)
    return ""


def _import_folder(folder: Path) -> str:
    if any((folder / name).is_file() for name in _SAVED_MODELS):
        _import_saved_model(str(folder))
        return ""
    if (folder / CONFIG_FILE).is_file():
        found = trained.describe(folder)
        build_network(found.run, found.image_shape, found.dtype, found.class_names)
        return f"{found.run.model} as it was trained on {found.run.data}."
    path = _newest_meta(folder)
    if path is None:
        raise errors.NotFoundError(
            None, None, f"The folder {folder} holds no graph. Expected a SavedModel ({' or '.join(_SAVED_MODELS)}), a "
            "training run, or a checkpoint with its .meta file. Pass a folder that holds one, or the name of a model.",
        )  # fmt: skip
    meta_graph_import.import_meta_graph(str(path), clear_devices=True)
    return f"The graph of {path}."


def _newest_meta(folder: Path) -> Path | None:
    """The graph of the folder's latest checkpoint, or its newest .meta file."""
    state = tf.train.get_checkpoint_state(str(folder))
    if state is not None:
        latest = Path(f"{state.model_checkpoint_path}.meta")
        # A folder that was moved keeps its files beside each other.
        for path in (latest, folder / latest.name):
            if path.is_file():
                return path
    return max(folder.glob("*.meta"), key=lambda path: (path.stat().st_mtime, path.name), default=None)


def _import_saved_model(folder: str) -> None:
    meta_graphs = saved_model.read(folder).meta_graphs
    if not meta_graphs:
        raise errors.DataLossError(None, None, f"The SavedModel in {folder} holds no graph. Write it again.")
    serving = [each for each in meta_graphs if tf.saved_model.tag_constants.SERVING in each.meta_info_def.tags]
    meta_graph_import.import_meta_graph((serving or list(meta_graphs))[0], clear_devices=True)


def _build(name: str) -> None:
    if name in registry.names():
        model = registry.get(name)
        images = tf.placeholder(tf.float32, [None, *model.input_shape], name="images")
        model.network(images, num_classes=model.num_classes, is_training=False)
        return
    if name not in zoo.CHECKPOINTS:
        raise registry.unknown("model or file", name, [*registry.names(), *zoo.CHECKPOINTS])
    checkpoint = zoo.get(name)
    side = checkpoint.image_size
    images = tf.placeholder(tf.float32, [None, side, side, 3], name="images")
    nets_factory.get_network_fn(checkpoint.network, checkpoint.num_classes)(images)

"""The graph that a summary is of: a model by name, or one in a file."""

from __future__ import annotations

import os

import convflow as tf
from convflow.core import errors
from convflow.formats import saved_model
from convflow.graph.graph import Graph
from convflow.models import registry, zoo
from convflow.slim.research.nets import nets_factory
from convflow.training import graph_io, meta_graph_import

_GRAPH_FILES = (".pb", ".pbtxt", ".graphdef")


def read(what: str) -> Graph:
    """The graph of a model, a frozen graph, a .meta file, or a SavedModel's folder.

    Raises:
        errors.NotFoundError: there is no such model or file.
        errors.DataLossError: the file is damaged.
    """
    with tf.Graph().as_default() as graph:
        if os.path.isdir(what):
            _import_saved_model(what)
        elif what.endswith(".meta"):
            meta_graph_import.import_meta_graph(what, clear_devices=True)
        elif what.endswith(_GRAPH_FILES):
            tf.import_graph_def(graph_io.read_graph(what), name="")
        else:
            _build(what)
    return graph


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

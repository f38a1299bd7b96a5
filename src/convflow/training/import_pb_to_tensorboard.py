"""A SavedModel's graph as a log for TensorBoard (API: tensorflow.python.tools.import_pb_to_tensorboard)."""

from __future__ import annotations

from convflow.graph.graph import Graph
from convflow.graph.importer import import_graph_def
from convflow.training.saved_model import tag_constants, utils
from convflow.training.writer import FileWriter


def import_to_tensorboard(model_dir: str, log_dir: str, tag_set: str = tag_constants.SERVING) -> None:
    """Write the graph of a SavedModel where TensorBoard shows it.

    Args:
        model_dir: the SavedModel's folder.
        log_dir: TensorBoard's.
        tag_set: the graph's tags, with commas between.

    Raises:
        RuntimeError: no graph has these tags.
    """
    with Graph().as_default() as graph:
        import_graph_def(utils.get_meta_graph_def(model_dir, tag_set).graph_def)
    with FileWriter(log_dir) as writer:
        writer.add_graph(graph)
    print(f"Model Imported. Visualize by running: tensorboard --logdir={log_dir}")

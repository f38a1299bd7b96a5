"""What TensorBoard's embedding projector shows (API: tf.contrib.tensorboard.plugins.projector)."""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format
from tensorboard.plugins.projector import metadata

from convflow.formats import files


def visualize_embeddings(summary_writer: Any, config: Any) -> None:
    """Write the projector's configuration where TensorBoard finds it.

    Args:
        summary_writer: a `tf.summary.FileWriter`, or its folder.
        config: a `ProjectorConfig` with the names of variables, and files with labels for their rows.
    """
    folder = summary_writer.get_logdir() if hasattr(summary_writer, "get_logdir") else os.fspath(summary_writer)
    with files.os_errors("make the folder", folder):
        os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, metadata.PROJECTOR_FILENAME)
    files.write_atomically(path, text_format.MessageToString(config).encode())

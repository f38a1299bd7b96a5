"""The file `checkpoint`, which says what a folder's latest checkpoint is (API: tf.train.CheckpointState)."""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format

from convflow.core import errors
from convflow.formats import files
from convflow.formats.messages import CheckpointState

DEFAULT_NAME = "checkpoint"


def state_path(folder: str | os.PathLike[str], latest_filename: str | None = None) -> str:
    return os.path.join(os.fspath(folder), latest_filename or DEFAULT_NAME)


def write_checkpoint_state(folder: str | os.PathLike[str], state: Any, latest_filename: str | None = None) -> None:
    """Writes the `CheckpointState` of a folder; paths go in as they are, absolute or relative to it."""
    files.write_atomically(state_path(folder, latest_filename), text_format.MessageToString(state).encode())


def read_checkpoint_state(folder: str | os.PathLike[str], latest_filename: str | None = None) -> Any:
    """The `CheckpointState` of a folder, relative paths joined to the folder; None if it has none.

    Raises:
        DataLossError: the file is no `CheckpointState` in protobuf's text format, or names no checkpoint.
    """
    folder = os.fspath(folder)
    path = state_path(folder, latest_filename)
    if not os.path.exists(path):
        return None
    with files.os_errors("read the checkpoint state", path), open(path, "rb") as file:
        data = file.read()
    try:
        state = text_format.Parse(data.decode(), CheckpointState())
    except (text_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if not state.model_checkpoint_path:
        raise _damaged(path, "it has no model_checkpoint_path")
    state.model_checkpoint_path = os.path.join(folder, state.model_checkpoint_path)
    state.all_model_checkpoint_paths[:] = [os.path.join(folder, p) for p in state.all_model_checkpoint_paths]
    return state


def _damaged(path: str, what: str) -> errors.OpError:
    return errors.DataLossError(
        None,
        None,
        f'{path} is damaged: {what}. Expected lines such as model_checkpoint_path: "model.ckpt-100". Restore '
        "from the checkpoint's own prefix instead, and delete this file: the next save writes it anew.",
    )

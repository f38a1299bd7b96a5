"""Which checkpoints a folder has (API: tf.train.latest_checkpoint, get_checkpoint_state and their kin)."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from typing import Any

from tensorboard.compat.proto.saver_pb2 import SaverDef

from convflow.core import errors, logging
from convflow.formats import checkpoint_state, files, overwrite
from convflow.formats.bundle import index_path
from convflow.formats.messages import CheckpointState

_SHARD_SUFFIX = re.compile(r"-[\d?]+-of-\d+$")


def generate_checkpoint_state_proto(
    save_dir: str,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Sequence[str] | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> Any:
    """A `CheckpointState` (API: tf.train.generate_checkpoint_state_proto).

    Args:
        save_dir: the folder; where it is relative, so are the paths in the message, to it.
        model_checkpoint_path: the latest checkpoint.
        all_model_checkpoint_paths: all that are kept, the oldest first; the latest is added if it is not last.
        all_model_checkpoint_timestamps: when each was written, seconds since 1970.
        last_preserved_timestamp: when the last one was written that is kept for good.

    Raises:
        ValueError: as many timestamps as paths are needed.
    """
    paths = list(all_model_checkpoint_paths or [])
    if not paths or paths[-1] != model_checkpoint_path:
        paths.append(model_checkpoint_path)
    timestamps = list(all_model_checkpoint_timestamps or [])
    if timestamps and len(timestamps) != len(paths):
        raise ValueError(
            "Checkpoint timestamps, if provided, must match checkpoint paths (got "
            f"{len(paths)} paths and {len(timestamps)} timestamps). Pass one for each path."
        )
    if not os.path.isabs(save_dir):
        model_checkpoint_path = _relative(model_checkpoint_path, save_dir)
        paths = [_relative(path, save_dir) for path in paths]
    return CheckpointState(
        model_checkpoint_path=model_checkpoint_path,
        all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=timestamps,
        last_preserved_timestamp=last_preserved_timestamp,
    )


def _relative(path: str, folder: str) -> str:
    return path if os.path.isabs(path) else os.path.relpath(path, folder or ".")


def update_checkpoint_state(
    save_dir: str,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Sequence[str] | None = None,
    latest_filename: str | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> None:
    """Write a folder's `checkpoint` file (API: tf.train.update_checkpoint_state)."""
    write_state(
        save_dir,
        model_checkpoint_path,
        all_model_checkpoint_paths,
        latest_filename,
        False,
        all_model_checkpoint_timestamps,
        last_preserved_timestamp,
    )


def write_state(
    save_dir: str,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Sequence[str] | None = None,
    latest_filename: str | None = None,
    save_relative_paths: bool = False,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> None:
    """`update_checkpoint_state`, optionally with absolute paths made relative to the folder.

    Raises:
        RuntimeError: the checkpoint itself is called like the state file.
    """
    paths = list(all_model_checkpoint_paths or [])
    if save_relative_paths:
        model_checkpoint_path = os.path.relpath(model_checkpoint_path, save_dir or ".")
        paths = [os.path.relpath(path, save_dir or ".") for path in paths]
        # Relative to the folder already: an absolute folder leaves them as they are.
        state_dir = os.path.abspath(save_dir)
    else:
        state_dir = save_dir
    state = generate_checkpoint_state_proto(
        state_dir, model_checkpoint_path, paths, all_model_checkpoint_timestamps, last_preserved_timestamp
    )
    if checkpoint_state.state_path(save_dir, latest_filename) == state.model_checkpoint_path:
        raise RuntimeError(
            f"Save path '{model_checkpoint_path}' conflicts with path used for checkpoint state. "
            "Please use a different save path."
        )
    checkpoint_state.write_checkpoint_state(save_dir, state, latest_filename)


def get_checkpoint_state(checkpoint_dir: str, latest_filename: str | None = None) -> Any:
    """The `CheckpointState` of a folder, paths ready for use; None if it has none (API: tf.train.get_checkpoint_state).

    A damaged state file is named in a warning and counts as none: the next save writes it anew.
    """
    try:
        return checkpoint_state.read_checkpoint_state(checkpoint_dir, latest_filename)
    except errors.OpError as error:
        logging.warning("%s: Checkpoint ignored", error)
        return None


def latest_checkpoint(checkpoint_dir: str, latest_filename: str | None = None) -> str | None:
    """The prefix of a folder's latest checkpoint, None if it has none (API: tf.train.latest_checkpoint)."""
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    if checkpoint_exists(state.model_checkpoint_path):
        return state.model_checkpoint_path
    logging.error("Couldn't match files for checkpoint %s", state.model_checkpoint_path)
    return None


def checkpoint_exists(checkpoint_prefix: str) -> bool:
    """Whether there is a checkpoint of this prefix (API: tf.train.checkpoint_exists)."""
    return bool(_matches(index_path(checkpoint_prefix)) or _matches(checkpoint_prefix))


def _matches(pattern: str) -> list[str]:
    # A prefix may be a pattern, as in TensorFlow, but a folder is no checkpoint.
    found = [pattern] if os.path.isfile(pattern) else glob.glob(pattern)
    return [path for path in found if os.path.isfile(path)]


def get_checkpoint_mtimes(checkpoint_prefixes: Sequence[str]) -> list[float]:
    """When each checkpoint that exists was written, in seconds (API: tf.train.get_checkpoint_mtimes)."""
    found = ([*_matches(index_path(prefix)), *_matches(prefix)] for prefix in checkpoint_prefixes)
    return [os.path.getmtime(paths[0]) for paths in found if paths]


def remove_checkpoint(
    checkpoint_prefix: str, checkpoint_format_version: int = SaverDef.V2, meta_graph_suffix: str = "meta"
) -> None:
    """Delete a checkpoint's files, its `.meta` file with them (API: tf.train.remove_checkpoint)."""
    prefix = glob.escape(checkpoint_prefix)
    patterns = [glob.escape(meta_graph_filename(checkpoint_prefix, meta_graph_suffix))]
    if checkpoint_format_version == SaverDef.V2:
        # The index first: data without an index are no checkpoint, an index without data is a broken one.
        data = f"{prefix}.data-?????-of-?????"
        patterns += [f"{prefix}.index", data, overwrite.before_path(data)]
    else:
        # That of a checkpoint in parts has a question mark for each digit.
        patterns.append(re.sub(r"(\[\?\])+(?=-of-\d+$)", "?????", prefix))
    for pattern in patterns:
        for path in glob.glob(pattern):
            with files.os_errors("delete an old checkpoint", path):
                os.remove(path)


def meta_graph_filename(checkpoint_filename: str, meta_graph_suffix: str = "meta") -> str:
    """The name of the file that holds the graph of a checkpoint."""
    return f"{_SHARD_SUFFIX.sub('', checkpoint_filename)}.{meta_graph_suffix}"

"""Looking into a checkpoint without a graph (API: tf.train.NewCheckpointReader, list_variables, load_variable)."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.formats.bundle_v1 import open_checkpoint
from convflow.training.checkpoint_management import get_checkpoint_state


class CheckpointReader:
    """What a checkpoint holds, and the values (API: the object tf.train.NewCheckpointReader returns).

    Raises:
        NotFoundError: there is no such checkpoint. DataLossError: it is damaged.
    """

    def __init__(self, filepattern: str | os.PathLike[str]) -> None:
        self._reader = open_checkpoint(filepattern)

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        return {name: self._shape(name) for name in self._reader.names()}

    def get_variable_to_dtype_map(self) -> dict[str, dtypes.DType]:
        return {name: self._reader.dtype(name) for name in self._reader.names()}

    def has_tensor(self, tensor_str: str) -> bool:
        return tensor_str in self._reader

    def get_tensor(self, tensor_str: str) -> Any:
        """The value as an array; a scalar string as bytes. NotFoundError if there is none of this name."""
        value = self._reader.read(tensor_str)
        return value[()] if value.ndim == 0 else value

    def debug_string(self) -> bytes:
        """A line for each tensor: its name, type and shape."""
        return "".join(f"{name} {self._description(name)}\n" for name in self._reader.names()).encode()

    def _description(self, name: str) -> str:
        sizes = ",".join(map(str, self._shape(name)))
        return f"(DT_{_proto_name(self._reader.dtype(name))}) [{sizes}]"

    def _shape(self, name: str) -> list[int]:
        return [int(size) for size in self._reader.shape(name)]


def _proto_name(dtype: dtypes.DType) -> str:
    return {"float16": "HALF", "float32": "FLOAT", "float64": "DOUBLE"}.get(dtype.name, dtype.name.upper())


def new_checkpoint_reader(filepattern: str) -> CheckpointReader:
    """A reader of the checkpoint with this prefix (API: tf.train.NewCheckpointReader)."""
    return CheckpointReader(filepattern)


def load_checkpoint(ckpt_dir_or_file: str) -> CheckpointReader:
    """A reader of a checkpoint, or of the latest one of a folder (API: tf.train.load_checkpoint).

    Args:
        ckpt_dir_or_file: the prefix of a checkpoint's files, or a folder, whose latest checkpoint it is.

    Raises:
        ValueError: the folder has no checkpoint. NotFoundError: no such files.
    """
    return CheckpointReader(checkpoint_prefix(ckpt_dir_or_file))


def checkpoint_prefix(ckpt_dir_or_file: str | os.PathLike[str]) -> str:
    """The prefix of a checkpoint, or of the latest one of a folder."""
    path = os.fspath(ckpt_dir_or_file)
    if not os.path.isdir(path):
        return path
    state = get_checkpoint_state(path)
    if state is None:
        raise ValueError(
            f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}. Pass a folder that "
            "tf.train.Saver saved to, or the prefix of a checkpoint."
        )
    return state.model_checkpoint_path


def list_variables(ckpt_dir_or_file: str) -> list[tuple[str, list[int]]]:
    """Names and shapes of all tensors of a checkpoint, sorted by name (API: tf.train.list_variables).

    Args:
        ckpt_dir_or_file: the prefix of a checkpoint's files, or a folder, whose latest checkpoint it is.

    Returns:
        pairs of a name and a list of sizes.

    Raises:
        ValueError: the folder has no checkpoint. NotFoundError: no such files.
    """
    shapes = load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    return sorted(shapes.items())


def load_variable(ckpt_dir_or_file: str, name: str) -> np.ndarray | Any:
    """The value of one tensor of a checkpoint (API: tf.train.load_variable).

    Args:
        ckpt_dir_or_file: the prefix of a checkpoint's files, or a folder, whose latest checkpoint it is.
        name: the tensor's name, with or without ":0".

    Returns:
        a NumPy array.

    Raises:
        ValueError: the folder has no checkpoint. NotFoundError: no such files, or no such tensor.
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))

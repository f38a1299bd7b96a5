"""Files under the names of TensorFlow's inner module (API: tensorflow.python.lib.io.file_io). See `gfile`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convflow.formats import gfile
from convflow.formats.gfile import GFile as FileIO
from convflow.formats.gfile import copy, rename, stat

__all__ = [
    "FileIO",
    "copy",
    "create_dir",
    "delete_file",
    "delete_recursively",
    "file_exists",
    "get_matching_files",
    "is_directory",
    "list_directory",
    "read_file_to_string",
    "recursive_create_dir",
    "rename",
    "stat",
    "walk",
    "write_string_to_file",
]


def file_exists(filename: Any) -> bool:
    """See `gfile.exists`."""
    return gfile.exists(filename)


def delete_file(filename: Any) -> None:
    """See `gfile.remove`."""
    gfile.remove(filename)


def read_file_to_string(filename: Any, binary_mode: bool = False) -> Any:
    """The whole of a file: text, or bytes if `binary_mode`.

    Raises:
        tf.errors.NotFoundError: there is no such file.
    """
    with FileIO(filename, "rb" if binary_mode else "r") as file:
        return file.read()


def write_string_to_file(filename: Any, file_content: Any) -> None:
    """Writes text or bytes over a file.

    Raises:
        tf.errors.NotFoundError: its folder does not exist.
    """
    with FileIO(filename, "wb" if isinstance(file_content, bytes) else "w") as file:
        file.write(file_content)


def get_matching_files(filename: Any) -> list[str]:
    """See `gfile.glob`."""
    return gfile.glob(filename)


def create_dir(dirname: Any) -> None:
    """See `gfile.mkdir`."""
    gfile.mkdir(dirname)


def recursive_create_dir(dirname: Any) -> None:
    """See `gfile.makedirs`."""
    gfile.makedirs(dirname)


def delete_recursively(dirname: Any) -> None:
    """See `gfile.rmtree`."""
    gfile.rmtree(dirname)


def is_directory(dirname: Any) -> bool:
    """See `gfile.isdir`."""
    return gfile.isdir(dirname)


def list_directory(dirname: Any) -> list[str]:
    """See `gfile.listdir`."""
    return gfile.listdir(dirname)


def walk(top: Any, in_order: bool = True) -> Iterator[Any]:
    """See `gfile.walk`; folders before what is in them if `in_order`."""
    return gfile.walk(top, topdown=in_order)

"""Files that lie beside a program's modules (API: tf.resource_loader)."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def load_resource(path: str) -> bytes:
    """The content of a file, its path relative to TensorFlow's root folder or absolute (API: tf.resource_loader).

    Args:
        path: of the file, relative to `get_root_dir_with_all_resources()` or absolute.

    Returns:
        The file's bytes.

    Raises:
        OSError: it cannot be read.
    """
    return Path(get_root_dir_with_all_resources(), path).read_bytes()


def get_data_files_path() -> str:
    """The folder of the module that calls (API: tf.resource_loader.get_data_files_path)."""
    return _folder_of_caller()


def get_path_to_datafile(path: str) -> str:
    """The path of a file beside the module that calls (API: tf.resource_loader.get_path_to_datafile).

    Args:
        path: relative to the folder of that module.

    Returns:
        The joined path; whether there is a file is not looked at.
    """
    return os.path.join(_folder_of_caller(), path)


def get_root_dir_with_all_resources() -> str:
    """The folder that resources' paths begin at: the library's (API: tf.resource_loader)."""
    return str(Path(__file__).resolve().parents[1])


def readahead_file_path(path: str, readahead: str = "128M") -> str:
    """The path as it is: the system reads ahead by itself (API: tf.resource_loader.readahead_file_path).

    Args:
        path: of a file.
        readahead: accepted.

    Returns:
        `path`.
    """
    return path


def _folder_of_caller() -> str:
    # Two frames up: this function's caller is the public function, and its caller the program.
    return os.path.dirname(sys._getframe(2).f_globals.get("__file__", ""))

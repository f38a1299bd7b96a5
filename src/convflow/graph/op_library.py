"""Libraries of compiled ops (API: tf.load_op_library)."""

from __future__ import annotations

import os
from typing import NoReturn

from convflow.core import errors


def load_op_library(library_filename: str) -> NoReturn:
    """Refuse a library of ops that were compiled for TensorFlow (API: tf.load_op_library).

    Args:
        library_filename: the path of the library.

    Raises:
        NotFoundError: there is no such file.
        UnimplementedError: there is; what it holds is machine code for TensorFlow's own runtime.
    """
    if not os.path.exists(library_filename):
        raise errors.NotFoundError(
            None,
            None,
            f"{library_filename}: cannot open shared object file: No such file or directory. Libraries of ops that "
            "were compiled for TensorFlow could not be loaded here either: write the op with tf.py_func, or of others.",
        )
    raise errors.UnimplementedError(
        None,
        None,
        f"{library_filename} holds ops compiled for TensorFlow's runtime, which cannot be loaded here. Write the op "
        "with tf.py_func, or of other ops.",
    )


def load_library(library_location: str) -> NoReturn:
    """Refuse shared objects that were compiled for TensorFlow (API: tf.load_library).

    Args:
        library_location: the path of a library, or of a folder of them.

    Raises:
        NotFoundError: there is nothing.
        NotImplementedError: there is; what it holds is machine code for TensorFlow's own runtime.
    """
    _refuse("tf.load_library", library_location)


def load_file_system_library(library_filename: str) -> NoReturn:
    """Refuse a file system that was compiled for TensorFlow (API: tf.load_file_system_library).

    Args:
        library_filename: the path of the library.

    Raises:
        NotFoundError: there is no such file.
        NotImplementedError: there is; what it holds is machine code for TensorFlow's own runtime.
    """
    _refuse("tf.load_file_system_library", library_filename)


def _refuse(function: str, path: str) -> NoReturn:
    if not os.path.exists(path):
        raise errors.NotFoundError(
            None, None, f"The file or folder to load kernel libraries from does not exist: {path}. Check the path."
        )
    raise NotImplementedError(
        f"{function} is not here: {path} is compiled for TensorFlow's runtime. Paths of other file systems are opened "
        "through fsspec, by tf.gfile; write ops with tf.py_func."
    )

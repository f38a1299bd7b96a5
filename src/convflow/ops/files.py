"""Whole files as strings (API: tf.read_file, tf.write_file, tf.matching_files)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core.shape import TensorShape, vector
from convflow.formats import files, gfile
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def read_file(filename: Any, name: str | None = None) -> Tensor:
    """The contents of a file, a scalar string (API: tf.read_file, tf.io.read_file).

    Args:
        filename: the path, a scalar string.

    Raises:
        NotFoundError: (when run) there is none of this name.
    """
    return apply_op("ReadFile", filename=filename, name=name)


def write_file(filename: Any, contents: Any, name: str | None = None) -> Operation:
    """Writes a string to a file, whose folders are made if need be (API: tf.write_file, tf.io.write_file).

    Args:
        filename: the path, a scalar string.
        contents: the bytes, a scalar string; what the file held is replaced.

    Returns:
        The operation.
    """
    return apply_op("WriteFile", filename=filename, contents=contents, name=name)


def matching_files(pattern: Any, name: str | None = None) -> Tensor:
    """The files whose names match a glob pattern, sorted (API: tf.matching_files, tf.io.matching_files).

    Args:
        pattern: one or several patterns; * and ? match no slash.
    """
    return apply_op("MatchingFiles", pattern=pattern, name=name)


def _scalars(ctx: InferenceContext) -> list[TensorShape]:
    for index, what in enumerate(("filename", "contents")[: ctx.num_inputs]):
        rules.with_rank(ctx.input(index), 0, what)
    return rules.scalar_output(ctx) if ctx.num_inputs == 1 else []


def _string(value: bytes) -> np.ndarray:
    result = np.empty((), dtype=object)
    result[()] = value
    return result


def _read(filename: np.ndarray) -> np.ndarray:
    path = os.fsdecode(filename.item())
    with files.os_errors("read the file", path), open(path, "rb") as file:
        return _string(file.read())


def _write_kernel(op: Operation, store: Any) -> Callable[..., None]:
    def write(filename: np.ndarray, contents: np.ndarray) -> None:
        path = os.fsdecode(filename.item())
        folder = os.path.dirname(path)
        if folder:
            with files.os_errors("make the folder", folder):
                os.makedirs(folder, exist_ok=True)
        files.write_atomically(path, contents.item())

    return write


def _matching(patterns: np.ndarray) -> np.ndarray:
    found = sorted(name for pattern in patterns.reshape(-1) for name in gfile.glob(os.fsdecode(pattern)))
    result = np.empty(len(found), dtype=object)
    result[:] = [os.fsencode(name) for name in found]
    return result


def _matching_shape(ctx: InferenceContext) -> list[TensorShape]:
    if (ctx.input(0).rank or 0) > 1:
        raise ValueError(f"pattern must be a scalar or vector, got the shape {ctx.input(0)}.")
    return [vector(None)]


register_op(
    "ReadFile",
    inputs="filename: string",
    outputs="contents: string",
    shape=_scalars,
    kernel=lambda op: _read,
    gradient=NO_GRADIENT,
)
register_op(
    "WriteFile",
    inputs="filename: string; contents: string",
    shape=_scalars,
    kernel=_write_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
register_op(
    "MatchingFiles",
    inputs="pattern: string",
    outputs="filenames: string",
    shape=_matching_shape,
    kernel=lambda op: _matching,
    gradient=NO_GRADIENT,
)

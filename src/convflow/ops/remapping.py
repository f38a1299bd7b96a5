"""Matrices of checkpoints whose rows and columns belong to words of a vocabulary that has changed
(API: what tf.train.warm_start builds)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import errors, values
from convflow.core.shape import TensorShape, scalar
from convflow.formats import files
from convflow.formats.bundle_v1 import open_checkpoint
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules

MISSING = -1


def vocabulary_remapping(
    new_vocab_file: str, old_vocab_file: str, offset: int, count: int, old_vocab_size: int = -1
) -> np.ndarray:
    """Where words of a vocabulary stood in another one.

    Args:
        new_vocab_file, old_vocab_file: text files with a word in each line.
        offset, count: which words of the new one: the first, and how many.
        old_vocab_size: how many words of the old one there are; -1 for all lines.

    Returns:
        int64, [count]: line numbers, -1 for words that were not there.

    Raises:
        NotFoundError: there is no such file.
        InvalidArgumentError: the new one has fewer lines.
    """
    new, old = _lines(new_vocab_file), _lines(old_vocab_file)
    if offset + count > len(new):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The vocabulary {new_vocab_file} has {len(new)} lines, and the words {offset} to {offset + count} were "
            "asked for. Give its size.",
        )
    known = {word: number for number, word in enumerate(old if old_vocab_size < 0 else old[:old_vocab_size])}
    return np.array([known.get(word, MISSING) for word in new[offset : offset + count]], np.int64)


def _lines(path: str) -> list[bytes]:
    with files.os_errors("read the vocabulary", path), open(path, "rb") as file:
        return file.read().splitlines()


def load_and_remap_matrix(
    ckpt_path: str, old_tensor_name: str, row_remapping: Any, col_remapping: Any, initializing_values: Any,
    num_rows: int, num_cols: int, name: str | None = None,
) -> Tensor:  # fmt: skip
    """A matrix of a checkpoint in another order.

    Args:
        ckpt_path: the checkpoint's prefix.
        old_tensor_name: the matrix there.
        row_remapping: int64, [num_rows]: which row each one was, -1 for none.
        col_remapping: the same for columns; [0] if they are as they were.
        initializing_values: float32: the elements that are new, row by row.
        num_rows, num_cols: of the result.

    Returns:
        float32, [num_rows, num_cols].
    """
    return apply_op(
        "LoadAndRemapMatrix",
        ckpt_path=ckpt_path,
        old_tensor_name=old_tensor_name,
        row_remapping=row_remapping,
        col_remapping=col_remapping,
        initializing_values=initializing_values,
        num_rows=num_rows,
        num_cols=num_cols,
        name=name,
    )


def _matrix_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(2), 1, "row_remapping")
    rules.with_rank(ctx.input(3), 1, "col_remapping")
    return [TensorShape([ctx.attr("num_rows"), ctx.attr("num_cols")])]


def _matrix_kernel(op: Operation, store: Any) -> Callable[..., torch.Tensor]:
    rows, columns = op.attrs["num_rows"], op.attrs["num_cols"]

    def compute(path: np.ndarray, name: np.ndarray, row_map: Any, col_map: Any, fresh: Any) -> torch.Tensor:
        old = open_checkpoint(os.fsdecode(path.item())).read(name.item().decode())
        if old.ndim != 2:
            raise _refusal(f"The tensor {name.item().decode()} must be a matrix, its shape is {old.shape}.")
        sources = values.to_numpy(row_map), values.to_numpy(col_map)
        if not len(sources[1]):
            sources = sources[0], np.arange(old.shape[1])
        if (len(sources[0]), len(sources[1])) != (rows, columns):
            raise _refusal(
                f"The matrix has {rows} rows and {columns} columns, got places of {len(sources[0])} rows and "
                f"{len(sources[1])} columns. The old one is {old.shape[0]} x {old.shape[1]}."
            )
        for source, size, what in zip(sources, old.shape, ("row", "column"), strict=True):
            if len(source) and source.max() >= size:
                raise _refusal(f"There is no {what} {source.max()} in a matrix of the shape {old.shape}.")
        is_known = (sources[0] >= 0)[:, None] & (sources[1] >= 0)[None, :]
        given = values.to_numpy(fresh).reshape(-1)
        if given.size != np.count_nonzero(~is_known):
            raise _refusal(f"{np.count_nonzero(~is_known)} elements are new, got {given.size} initializing_values.")
        result = old[np.maximum(sources[0], 0)][:, np.maximum(sources[1], 0)].astype(np.float32)
        result[~is_known] = given
        return torch.from_numpy(np.ascontiguousarray(result))

    return compute


def _refusal(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


register_op(
    "LoadAndRemapMatrix",
    inputs="ckpt_path: string; old_tensor_name: string; row_remapping: int64; col_remapping: int64; "
    "initializing_values: float",
    outputs="output_matrix: float",
    attrs="num_rows: int >= 0; num_cols: int >= 1; max_rows_in_memory: int = -1",
    shape=_matrix_shape,
    kernel=_matrix_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)


def _remapping_kernel(op: Operation) -> Callable[..., tuple[torch.Tensor, torch.Tensor]]:
    attrs = op.attrs

    def compute(new: np.ndarray, old: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        paths = os.fsdecode(new.item()), os.fsdecode(old.item())
        found = vocabulary_remapping(*paths, attrs["new_vocab_offset"], attrs["num_new_vocab"], attrs["old_vocab_size"])
        return torch.from_numpy(found), torch.tensor(np.count_nonzero(found >= 0), dtype=torch.int32)

    return compute


register_op(
    "GenerateVocabRemapping",
    inputs="new_vocab_file: string; old_vocab_file: string",
    outputs="remapping: int64; num_present: int32",
    attrs="new_vocab_offset: int >= 0; num_new_vocab: int >= 0; old_vocab_size: int = -1 >= -1",
    shape=lambda ctx: [TensorShape([ctx.attr("num_new_vocab")]), scalar()],
    kernel=_remapping_kernel,
    gradient=NOT_DIFFERENTIABLE,
)

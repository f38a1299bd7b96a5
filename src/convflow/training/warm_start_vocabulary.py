"""Variables whose rows or columns belong to the words of a vocabulary that has changed (API: tf.train.VocabInfo)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers import Zeros
from convflow.ops.array.constant import constant
from convflow.ops.array.reshape import reshape
from convflow.ops.remapping import MISSING, load_and_remap_matrix, vocabulary_remapping
from convflow.training.saveables import as_saveables
from convflow.training.saver_graph import assign_restored


class _Fields(NamedTuple):
    new_vocab: str
    new_vocab_size: int
    num_oov_buckets: int
    old_vocab: str
    old_vocab_size: int
    backup_initializer: Callable[..., Any] | None
    axis: int


class VocabInfo(_Fields):
    """Which words the rows or columns of a variable belong to, now and in a checkpoint (API: tf.train.VocabInfo).

    Args:
        new_vocab: a text file with a word in each line.
        new_vocab_size: how many of its words the variable has.
        num_oov_buckets: how many rows or columns after those are for words that are in no vocabulary; they are new.
        old_vocab: the file of the checkpoint's model.
        old_vocab_size: how many of its words that had; -1 for all.
        backup_initializer: gives the elements that are new, as a variable's initializer does; None for zeros.
        axis: 0 if the rows belong to words, as in an embedding, 1 if the columns, as in an output layer.

    Raises:
        ValueError: another axis.
    """

    __slots__ = ()

    def __new__(
        cls,
        new_vocab: str,
        new_vocab_size: int,
        num_oov_buckets: int,
        old_vocab: str,
        old_vocab_size: int = -1,
        backup_initializer: Callable[..., Any] | None = None,
        axis: int = 0,
    ) -> VocabInfo:
        if axis not in (0, 1):
            raise ValueError(f"The only supported values for the axis argument are 0 and 1. Provided axis: {axis}")
        return super().__new__(
            cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab, old_vocab_size, backup_initializer, axis
        )


def init_by_vocabulary(path: str, old_name: str, parts: Sequence[Any], info: VocabInfo) -> None:
    """Make the initializers of a variable, or of all parts of one, read the rows of a checkpoint by their words.

    Args:
        path: the checkpoint's prefix.
        old_name: the variable there.
        parts: the variable, or its parts.
        info: its vocabularies.

    Raises:
        ValueError: no matrix, or one whose size is not that of the vocabulary.
    """
    for part in parts:
        _check(part, info)
        value = _matrix(path, old_name, part, info)
        slice_info = part._get_save_slice_info()
        named = {part.op.name: part} if slice_info is None else {str(slice_info.full_name): [part]}
        (saveable,) = as_saveables(named)
        assigned = assign_restored(saveable, value)
        part._initializer_op = assigned.op if isinstance(assigned, Tensor) else assigned
        part._initial_value = value


def _check(part: Any, info: VocabInfo) -> None:
    if part.shape.rank != 2:
        raise ValueError(f"{part.name} must be a matrix to be started by a vocabulary, its shape is {part.shape}.")
    slice_info = part._get_save_slice_info()
    shape = part.shape.as_list() if slice_info is None else list(slice_info.full_shape)
    wanted = info.new_vocab_size + info.num_oov_buckets
    if shape[info.axis] != wanted:
        raise ValueError(
            f"{part.name} has {shape[info.axis]} {('rows', 'columns')[info.axis]}, but its vocabulary has "
            f"{info.new_vocab_size} words and {info.num_oov_buckets} buckets for others, {wanted} in all."
        )


def _matrix(path: str, old_name: str, part: Any, info: VocabInfo) -> Tensor:
    shape = part.shape.as_list()
    slice_info = part._get_save_slice_info()
    offsets = [0, 0] if slice_info is None else list(slice_info.var_offset)
    places = [np.arange(offset, offset + size) for offset, size in zip(offsets, shape, strict=True)]
    places[info.axis] = _old_places(info, offsets[info.axis], shape[info.axis])
    count = int(np.count_nonzero((places[0] < 0)[:, None] | (places[1] < 0)[None, :]))
    initializer = info.backup_initializer or Zeros()
    fresh = initializer([count, 1], dtype="float32") if count else constant([], dtype="float32")
    return load_and_remap_matrix(
        path, old_name, constant(places[0]), constant(places[1]), reshape(fresh, [-1]), shape[0], shape[1]
    )


def _old_places(info: VocabInfo, offset: int, size: int) -> np.ndarray:
    """Where the rows from `offset` stood; those after the vocabulary's words are new."""
    count = max(0, min(size, info.new_vocab_size - offset))
    known = vocabulary_remapping(info.new_vocab, info.old_vocab, offset, count, info.old_vocab_size)
    return np.concatenate([known, np.full(size - count, MISSING)])

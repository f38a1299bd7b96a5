"""What attention looks at: the encoder's outputs, nothing behind a sequence's end (API: tf.contrib.seq2seq)."""

from __future__ import annotations

from typing import Any

from convflow.core import nest
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import fill, ones, zeros
from convflow.ops.array.grid import sequence_mask
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.assert_compare import assert_positive
from convflow.ops.math.argmax import argmax
from convflow.ops.math.cast import cast
from convflow.ops.math.select import where


def hardmax(logits: Any, name: str | None = None) -> Tensor:
    """One at the largest element of the last axis, zero elsewhere (API: tf.contrib.seq2seq.hardmax).

    Args:
        logits: shape (..., n); of equal elements the first is the largest.

    Returns:
        The same shape and type. It has no gradient.
    """
    with name_scope(name, "Hardmax", [logits]):
        logits = convert_to_tensor(logits, name="logits")
        depth = logits.shape.as_list()[-1] if logits.shape.rank is not None else None
        if depth is None:
            depth = shape_of(logits)[rank_of(logits) - 1]
        return one_hot(argmax(logits, -1), depth, dtype=logits.dtype)


def static_or_shape(tensor: Tensor, axis: int) -> Any:
    """The size of an axis: an integer where it is known, else a scalar tensor."""
    size = None if tensor.shape.rank is None else tensor.shape.as_list()[axis]
    return shape_of(tensor)[axis] if size is None else size


def prepared(memory: Any, lengths: Tensor | None, check_inner_dims_defined: bool) -> Any:
    """The memory as tensors, zero behind the end of each sequence.

    Args:
        memory: shape (batch, time, ...), or a structure of such tensors.
        lengths: int32 or int64, shape (batch,); None for sequences that are all full.

    Raises:
        ValueError: an inner size that is not known, where `check_inner_dims_defined`.
    """
    memory = nest.map_structure(lambda part: convert_to_tensor(part, name="memory"), memory)
    if check_inner_dims_defined:
        for part in nest.flatten(memory):
            if not part.shape[2:].is_fully_defined():
                raise ValueError(
                    f"Expected memory {part.name} to have fully defined inner dims, but saw shape: {part.shape}. "
                    "Use set_shape on it, or pass check_inner_dims_defined=False."
                )
    if lengths is None:
        return memory
    longest = shape_of(nest.flatten(memory)[0])[1]

    def masked(part: Tensor) -> Tensor:
        mask = sequence_mask(lengths, maxlen=longest, dtype=part.dtype)
        rank = part.shape.rank
        inner = ones([(rank_of(part) if rank is None else rank) - 2], dtype="int32")
        return part * reshape(mask, concat([shape_of(mask), inner], 0))

    return nest.map_structure(masked, memory)


def maybe_mask_score(score: Tensor, memory_sequence_length: Any, score_mask_value: Any) -> Tensor:
    """Scores of shape (batch, time) that are `score_mask_value` behind the end of each sequence (API:
    tf.contrib.seq2seq, _maybe_mask_score).

    Args:
        score: shape (batch, time).
        memory_sequence_length: integers of shape (batch,); None for sequences that are all full.
        score_mask_value: a number.

    Raises:
        InvalidArgumentError: in the run, a length that is not positive.
    """
    if memory_sequence_length is None:
        return score
    # A sequence of length zero would have nothing but masked scores, whose softmax is NaN.
    positive = assert_positive(
        memory_sequence_length, message="All values in memory_sequence_length must be greater than zero."
    )
    with control_dependencies([positive]):
        mask = sequence_mask(memory_sequence_length, maxlen=shape_of(score)[1])
        return where(mask, score, fill(shape_of(score), cast(score_mask_value, score.dtype)))


def no_alignments(batch_size: Any, length: Any, dtype: Any) -> Tensor:
    """Zeros of shape (batch_size, length), either of which may be a tensor."""
    result = zeros(stack([batch_size, length]), dtype=dtype)
    result.set_shape([size if isinstance(size, int) else None for size in (batch_size, length)])
    return result

"""Scores of tag sequences and their logarithmic likelihood (API: tf.contrib.crf; Lafferty, McCallum and Pereira,
"Conditional Random Fields", ICML 2001).

The score of tags y is the sum of inputs[t, y[t]] and of transition_params[y[t], y[t + 1]].
"""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.recurrent.crf.forward import log_norm
from convflow.modeling.variables.scope import get_variable
from convflow.ops.array.constant import fill
from convflow.ops.array.gather_nd import gather_nd
from convflow.ops.array.grid import sequence_mask
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where


def crf_unary_score(tag_indices: Any, sequence_lengths: Any, inputs: Any) -> Tensor:
    """The sum of the tags' own scores (API: tf.contrib.crf.crf_unary_score).

    Args:
        tag_indices: integers of shape (batch, time).
        sequence_lengths: integers of shape (batch,); what is behind counts nothing.
        inputs: the tags' scores, shape (batch, time, tags).

    Returns:
        Shape (batch,).
    """
    inputs = convert_to_tensor(inputs, name="inputs")
    tag_indices = convert_to_tensor(tag_indices, name="tag_indices")
    # What stands behind the end need not be a tag: there the one-hot vector may be all zero.
    chosen = one_hot(tag_indices, shape_of(inputs)[2], dtype=inputs.dtype)
    mask = sequence_mask(sequence_lengths, maxlen=shape_of(tag_indices)[1], dtype=inputs.dtype)
    return reduce_sum(reduce_sum(chosen * inputs, 2) * mask, 1)


def crf_binary_score(tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The sum of the scores of neighbouring tags (API: tf.contrib.crf.crf_binary_score).

    Args:
        tag_indices: integers of shape (batch, time).
        sequence_lengths: integers of shape (batch,).
        transition_params: shape (tags, tags), from the row's tag to the column's.

    Returns:
        Shape (batch,).
    """
    transition_params = convert_to_tensor(transition_params, name="transition_params")
    tag_indices = cast(convert_to_tensor(tag_indices, name="tag_indices"), dtypes.int32)
    lengths = cast(convert_to_tensor(sequence_lengths, name="sequence_lengths"), dtypes.int32)
    mask = sequence_mask(lengths - 1, maxlen=shape_of(tag_indices)[1] - 1)
    pairs = stack([tag_indices[:, :-1], tag_indices[:, 1:]], axis=2)
    # Behind the end there may be numbers that are no tags.
    wanted = stack([mask, mask], axis=2)
    pairs = where(wanted, pairs, fill(shape_of(pairs), 0))
    return reduce_sum(gather_nd(transition_params, pairs) * cast(mask, transition_params.dtype), 1)


def crf_sequence_score(inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The scores of tag sequences (API: tf.contrib.crf.crf_sequence_score).

    Args:
        inputs: the tags' scores, shape (batch, time, tags).
        tag_indices: integers of shape (batch, time).
        sequence_lengths: integers of shape (batch,).
        transition_params: shape (tags, tags).

    Returns:
        Shape (batch,), zero for empty sequences.
    """
    unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
    return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_multitag_sequence_score(inputs: Any, tag_bitmap: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The logarithm of the summed exponential scores of all sequences of allowed tags (API:
    tf.contrib.crf.crf_multitag_sequence_score).

    Args:
        inputs: the tags' scores, shape (batch, time, tags).
        tag_bitmap: bool of the same shape: which tags are allowed.
        sequence_lengths: integers of shape (batch,).
        transition_params: shape (tags, tags).

    Returns:
        Shape (batch,).
    """
    inputs = convert_to_tensor(inputs, name="inputs")
    forbidden = fill(shape_of(inputs), cast(float("-inf"), inputs.dtype))
    return log_norm(where(tag_bitmap, inputs, forbidden), sequence_lengths, transition_params)


def crf_log_norm(inputs: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The logarithm of the summed exponential scores of all tag sequences (API: tf.contrib.crf.crf_log_norm).

    Args:
        inputs: the tags' scores, shape (batch, time, tags).
        sequence_lengths: integers of shape (batch,).
        transition_params: shape (tags, tags).

    Returns:
        Shape (batch,), zero for empty sequences.
    """
    return log_norm(convert_to_tensor(inputs, name="inputs"), sequence_lengths, transition_params)


def crf_log_likelihood(
    inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any = None
) -> tuple[Tensor, Any]:
    """The logarithm of the probability of tag sequences (API: tf.contrib.crf.crf_log_likelihood).

    Args:
        inputs: the tags' scores, shape (batch, time, tags), where the number of tags is known.
        tag_indices: integers of shape (batch, time).
        sequence_lengths: integers of shape (batch,).
        transition_params: shape (tags, tags); by default the variable "transitions" is made or shared.

    Returns:
        Shape (batch,), and the transitions.

    Raises:
        ValueError: the number of tags is not known.
    """
    inputs = convert_to_tensor(inputs, name="inputs")
    tags = inputs.shape.with_rank(3).as_list()[2]
    if tags is None:
        raise ValueError(f"The number of tags must be known: inputs has shape {inputs.shape}. Use set_shape on it.")
    if transition_params is None:
        transition_params = get_variable("transitions", [tags, tags])
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params

"""The best tags of a sequence (API: tf.contrib.crf.crf_decode, viterbi_decode; Viterbi, "Error bounds for convolutional
codes", 1967)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.recurrent.cell import RNNCell
from convflow.modeling.recurrent.crf.forward import transitions_of
from convflow.modeling.recurrent.dynamic import dynamic_rnn
from convflow.ops.array.batch_gather import batch_gather
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.roll import reverse_sequence
from convflow.ops.math.argmax import argmax
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_max


def viterbi_decode(score: Any, transition_params: Any) -> tuple[list[int], Any]:
    """The best tags of one sequence, in NumPy (API: tf.contrib.crf.viterbi_decode).

    Args:
        score: the tags' scores, an array of shape (time, tags).
        transition_params: an array of shape (tags, tags).

    Returns:
        A list of tags, and their score.
    """
    score, transition_params = np.asarray(score), np.asarray(transition_params)
    best = score[0]
    before = []
    for step in score[1:]:
        longer = best[:, None] + transition_params
        before.append(longer.argmax(0))
        best = step + longer.max(0)
    tags = [int(best.argmax())]
    for pointers in reversed(before):
        tags.append(int(pointers[tags[-1]]))
    return tags[::-1], best.max()


class CrfDecodeForwardRnnCell(RNNCell):
    """One step of the best scores (API: tf.contrib.crf.CrfDecodeForwardRnnCell).

    Args:
        transition_params: shape (tags, tags).
    """

    def __init__(self, transition_params: Any) -> None:
        super().__init__()
        self._transitions, self._num_tags = transitions_of(transition_params)

    @property
    def state_size(self) -> Any:
        return self._num_tags

    @property
    def output_size(self) -> Any:
        return self._num_tags

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Tensor, Tensor]:
        """One step.

        Args:
            inputs: the tags' scores, shape (batch, tags).
            state: the best scores of sequences that end with each tag, shape (batch, tags).

        Returns:
            The tags before, int32 of shape (batch, tags), and the next best scores.
        """
        longer = expand_dims(state, 2) + self._transitions
        return argmax(longer, 1, output_type=dtypes.int32), inputs + reduce_max(longer, [1])


class CrfDecodeBackwardRnnCell(RNNCell):
    """One step back along the tags before (API: tf.contrib.crf.CrfDecodeBackwardRnnCell).

    Args:
        num_tags: how many tags there are.
    """

    def __init__(self, num_tags: int) -> None:
        super().__init__()
        self._num_tags = num_tags

    @property
    def state_size(self) -> Any:
        return 1

    @property
    def output_size(self) -> Any:
        return 1

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Tensor, Tensor]:
        """One step.

        Args:
            inputs: for each tag the one before, int32 of shape (batch, tags).
            state: the tag, int32 of shape (batch, 1).

        Returns:
            The tag before, shape (batch, 1), twice.
        """
        before = batch_gather(inputs, state)
        return before, before


def crf_decode(potentials: Any, transition_params: Any, sequence_length: Any) -> tuple[Tensor, Tensor]:
    """The best tags of sequences, in the graph (API: tf.contrib.crf.crf_decode).

    Args:
        potentials: the tags' scores, shape (batch, time, tags).
        transition_params: shape (tags, tags).
        sequence_length: integers of shape (batch,).

    Returns:
        Tags, int32 of shape (batch, time), zero behind the end; their scores, shape (batch,).
    """
    potentials = convert_to_tensor(potentials, name="potentials")
    lengths = cast(convert_to_tensor(sequence_length, name="sequence_length"), dtypes.int32)
    # An empty sequence has one step's result here, as in TensorFlow.
    more = maximum(lengths - 1, 0)
    forward = CrfDecodeForwardRnnCell(transition_params)
    before, best = dynamic_rnn(
        forward, potentials[:, 1:, :], more, initial_state=potentials[:, 0, :], dtype=dtypes.int32, scope="crf_forward"
    )
    last = expand_dims(argmax(best, 1, output_type=dtypes.int32), 1)
    tags, _ = dynamic_rnn(
        CrfDecodeBackwardRnnCell(forward.state_size), reverse_sequence(before, more, seq_axis=1), more,
        initial_state=last, dtype=dtypes.int32, scope="crf_backward",
    )  # fmt: skip
    return reverse_sequence(concat([last, squeeze(tags, [2])], 1), more + 1, seq_axis=1), reduce_max(best, 1)

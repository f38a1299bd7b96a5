"""The forward algorithm as a cell of a recurrent network (API: tf.contrib.crf.CrfForwardRnnCell)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.recurrent.cell import RNNCell
from convflow.modeling.recurrent.dynamic import dynamic_rnn
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.reshape import expand_dims
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_logsumexp
from convflow.ops.math.select import where


class CrfForwardRnnCell(RNNCell):
    """One step of the forward algorithm (API: tf.contrib.crf.CrfForwardRnnCell): from the logarithms of the summed
    exponential scores of all sequences that end with each tag to those that are one tag longer.

    Args:
        transition_params: shape (tags, tags), from the row's tag to the column's.
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
            state: logarithms of the sums so far, shape (batch, tags).

        Returns:
            The next sums, shape (batch, tags), twice.
        """
        sums = inputs + reduce_logsumexp(expand_dims(state, 2) + self._transitions, [1])
        return sums, sums


def transitions_of(transition_params: Any) -> tuple[Tensor, int]:
    """The transitions with an axis for the batch before them, and the number of tags.

    Raises:
        ValueError: other than a square matrix of a known size.
    """
    params = convert_to_tensor(transition_params, name="transition_params")
    sizes = params.shape.as_list() if params.shape.rank == 2 else []
    if len(sizes) != 2 or sizes[0] is None or sizes[0] != sizes[1]:
        raise ValueError(
            f"transition_params must be a square matrix of a known size, got shape {params.shape}. "
            "Give one row and one column for each tag."
        )
    return expand_dims(params, 0), sizes[0]


def log_norm(inputs: Tensor, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The logarithm of the summed exponential scores of all tag sequences, shape (batch,), zero for empty ones.

    Args:
        inputs: the tags' scores, shape (batch, time, tags).
        sequence_lengths: integers of shape (batch,).
        transition_params: shape (tags, tags).
    """
    lengths = cast(convert_to_tensor(sequence_lengths, name="sequence_lengths"), dtypes.int32)
    _, sums = dynamic_rnn(
        CrfForwardRnnCell(transition_params),
        inputs[:, 1:, :],
        sequence_length=maximum(lengths - 1, 0),
        initial_state=inputs[:, 0, :],
        dtype=inputs.dtype,
    )
    norm = reduce_logsumexp(sums, [1])
    return where(lengths <= 0, zeros_like(norm), norm)

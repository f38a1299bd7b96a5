"""Beam search (API: tf.contrib.seq2seq.BeamSearchDecoder)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from convflow.core import dtypes, nest
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.recurrent.cell import check_cell
from convflow.modeling.recurrent.seq2seq.basic_decoder import check_layer, layer_output_size
from convflow.modeling.recurrent.seq2seq.beam_arrays import sorted_array
from convflow.modeling.recurrent.seq2seq.beam_step import (
    BeamSearchDecoderOutput,
    BeamSearchDecoderState,
    Search,
    attention_of,
    beam_step,
)
from convflow.modeling.recurrent.seq2seq.decoder import Decoder
from convflow.modeling.recurrent.seq2seq.helpers import check_tokens, embedding_function
from convflow.modeling.recurrent.seq2seq.memory import static_or_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros, zeros_like
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.tile import tile
from convflow.ops.control_flow import cond
from convflow.ops.gather_tree import gather_tree
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_all, reduce_max
from convflow.ops.tensor_array import TensorArray


class FinalBeamSearchDecoderOutput(NamedTuple):
    """What a beam search ends with (API: tf.contrib.seq2seq.FinalBeamSearchDecoderOutput).

    `predicted_ids` are the sequences, int32 of shape (batch, time, beams) (or time first), best first, filled with
    the end token; `beam_search_decoder_output` the steps as they were taken.
    """

    predicted_ids: Any
    beam_search_decoder_output: Any


class BeamSearchDecoder(Decoder):
    """Keeps the `beam_width` best sequences (API: tf.contrib.seq2seq.BeamSearchDecoder).

    With an `AttentionWrapper`, memory, lengths and the encoder's state are repeated first:
    `tile_batch(memory, multiplier=beam_width)`, and the initial state is
    `cell.zero_state(batch * beam_width, tf.float32).clone(cell_state=tiled_state)`.

    Args:
        cell: the cell.
        embedding: a table of shape (symbols, size), or a function of ids of shape (batch, beams).
        start_tokens: int32 of shape (batch,), the first symbols.
        end_token: an int32 scalar; a sequence ends with it.
        initial_state: the state before the first step, tensors of shape (batch * beam_width, ...).
        beam_width: how many sequences, an integer.
        output_layer: a layer for the cell's outputs that makes them scores of symbols.
        length_penalty_weight: scores are divided by ((5 + length) / 6) to this power; 0 for no penalty.
        coverage_penalty_weight: what is added to the scores of sequences that have ended is this times the sum of
            log(min(attention, 1)) over the memory's steps; 0 for no penalty.
        reorder_tensor_arrays: whether arrays of steps in the cell's state (the attention's history) are returned as
            tensors along the final sequences.

    Raises:
        TypeError: not a cell or not a layer.
        ValueError: tokens of other ranks, a state of unknown rank.
    """

    def __init__(
        self,
        cell: Any,
        embedding: Any,
        start_tokens: Any,
        end_token: Any,
        initial_state: Any,
        beam_width: int,
        output_layer: Any = None,
        length_penalty_weight: Any = 0.0,
        coverage_penalty_weight: Any = 0.0,
        reorder_tensor_arrays: bool = True,
    ) -> None:
        check_cell("cell", cell)
        check_layer(output_layer)
        self._cell, self._output_layer = cell, output_layer
        self._reorder_tensor_arrays = reorder_tensor_arrays
        self._embedding_fn = embedding_function(embedding)
        self._start_tokens = convert_to_tensor(start_tokens, dtype=dtypes.int32, name="start_tokens")
        self._end_token = convert_to_tensor(end_token, dtype=dtypes.int32, name="end_token")
        check_tokens(self._start_tokens, self._end_token)
        self._beam_width = beam_width
        self._batch_size = static_or_shape(self._start_tokens, 0)
        self._length_penalty_weight = length_penalty_weight
        self._coverage_penalty_weight = coverage_penalty_weight
        self._search = Search(
            self._batch_size, beam_width, self._end_token, length_penalty_weight, coverage_penalty_weight
        )
        self._initial_cell_state = nest.map_structure(self._maybe_split_batch_beams, initial_state, cell.state_size)
        tokens = tile(expand_dims(self._start_tokens, 1), [1, beam_width])
        self._start_inputs = self._embedding_fn(tokens)
        self._finished = one_hot(
            zeros([self._batch_size], dtype=dtypes.int32), beam_width, on_value=False, off_value=True, dtype=dtypes.bool
        )

    @property
    def batch_size(self) -> Any:
        return self._batch_size

    @property
    def tracks_own_finished(self) -> bool:
        """True: beams change their places, so what has ended is not what had ended at the same place before."""
        return True

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        beams = TensorShape([self._beam_width])
        return BeamSearchDecoderOutput(scores=beams, predicted_ids=beams, parent_ids=beams)

    @property
    def output_dtype(self) -> BeamSearchDecoderOutput:
        dtype = nest.flatten(self._initial_cell_state)[0].dtype
        sizes = layer_output_size(self._cell, self._output_layer)
        return BeamSearchDecoderOutput(
            scores=nest.map_structure(lambda _: dtype, sizes), predicted_ids=dtypes.int32, parent_ids=dtypes.int32
        )

    def initialize(self, name: str | None = None) -> tuple[Any, Any, Any]:
        """Only the first beam of each example runs: the others would be copies of it."""
        dtype = nest.flatten(self._initial_cell_state)[0].dtype
        log_probs = one_hot(
            zeros([self._batch_size], dtype=dtypes.int32),
            self._beam_width,
            on_value=cast(0.0, dtype),
            off_value=cast(-np.inf, dtype),
            dtype=dtype,
        )
        attention = attention_of(self._initial_cell_state, self._coverage_penalty_weight)
        state = BeamSearchDecoderState(
            cell_state=self._initial_cell_state,
            log_probs=log_probs,
            finished=self._finished,
            lengths=zeros([self._batch_size, self._beam_width], dtype=dtypes.int64),
            accumulated_attention_probs=() if attention is None else zeros_like(attention),
        )
        return self._finished, self._start_inputs, state

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> tuple[Any, Any, Any, Any]:
        """One step.

        Args:
            time: its number, an int32 scalar.
            inputs: shape (batch, beams, size).
            state: a `BeamSearchDecoderState`.

        Returns:
            A `BeamSearchDecoderOutput`, the next state, the next inputs, and which beams have ended.
        """
        with name_scope(name, "BeamSearchDecoderStep", [time, inputs, *nest.flatten(state)]):
            merged = nest.map_structure(self._merged, inputs)
            cell_state = nest.map_structure(self._maybe_merge_batch_beams, state.cell_state, self._cell.state_size)
            outputs, next_cell_state = self._cell(merged, cell_state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            logits = nest.map_structure(self._split, outputs)
            next_cell_state = nest.map_structure(self._maybe_split_batch_beams, next_cell_state, self._cell.state_size)
            output, next_state = beam_step(self._search, logits, next_cell_state, state)
            # The state may know the batch that the start tokens do not, and a loop must not forget it.
            nest.map_structure(_same_shape, state, next_state)
            finished, ids = next_state.finished, output.predicted_ids
            # The loop ends when all have ended: then nobody takes the embeddings.
            next_inputs = cond(reduce_all(finished), lambda: self._start_inputs, lambda: self._embedding_fn(ids))
        return output, next_state, next_inputs, finished

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> tuple[Any, Any]:
        """The sequences of the beams, read from their ends.

        Args:
            outputs: the steps, a `BeamSearchDecoderOutput` of shapes (time, batch, beams).
            final_state: a `BeamSearchDecoderState`.
            sequence_lengths: not used: the state's lengths have followed the beams.

        Returns:
            A `FinalBeamSearchDecoderOutput`, time first, and the state, its arrays of steps as tensors.
        """
        longest = cast(reduce_max(final_state.lengths, axis=1), dtypes.int32)
        predicted = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end_token)
        if self._reorder_tensor_arrays:
            cell_state = nest.map_structure(
                lambda part: sorted_array(
                    part, outputs.parent_ids, final_state.lengths, self._batch_size, self._beam_width
                ),
                final_state.cell_state,
            )
            final_state = final_state._replace(cell_state=cell_state)
        return FinalBeamSearchDecoderOutput(predicted, outputs), final_state

    def _split(self, tensor: Any) -> Tensor:
        """(batch * beams, ...) -> (batch, beams, ...)."""
        sizes = [self._batch_size, self._beam_width]
        result = reshape(tensor, concat([sizes, shape_of(tensor)[1:]], 0))
        known = self._batch_size if isinstance(self._batch_size, int) else None
        result.set_shape([known, self._beam_width, *tensor.shape[1:]])
        return result

    def _merged(self, tensor: Any) -> Tensor:
        """(batch, beams, ...) -> (batch * beams, ...)."""
        result = reshape(tensor, concat([[self._batch_size * self._beam_width], shape_of(tensor)[2:]], 0))
        known = self._batch_size * self._beam_width if isinstance(self._batch_size, int) else None
        result.set_shape([known, *tensor.shape[2:]])
        return result

    def _maybe_split_batch_beams(self, part: Any, size: Any) -> Any:
        return self._split(part) if _has_batch(part) else part

    def _maybe_merge_batch_beams(self, part: Any, size: Any) -> Any:
        return self._merged(part) if _has_batch(part) else part


def _same_shape(old: Any, new: Any) -> None:
    if isinstance(old, Tensor):
        new.set_shape(old.shape)


def _has_batch(part: Any) -> bool:
    """Whether a part of the state has beams: arrays of steps and scalars have none."""
    if isinstance(part, TensorArray):
        return False
    if part.shape.rank is None:
        raise ValueError(f"Expected tensor ({part}) to have known rank, but ndims == None. Use set_shape on it.")
    return part.shape.rank >= 1

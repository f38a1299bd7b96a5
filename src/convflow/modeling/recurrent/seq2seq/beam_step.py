"""One step of a beam search: scores of all continuations, the best of them (API: tf.contrib.seq2seq.BeamSearchDecoder;
penalties: Wu et al., "Google's Neural Machine Translation System", arXiv 1609.08144, section 7)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import dtypes, nest
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.static_value import constant_value
from convflow.modeling.recurrent.seq2seq.attention_wrapper import AttentionWrapperState
from convflow.modeling.recurrent.seq2seq.memory import static_or_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import fill, ones_like
from convflow.ops.array.gather import gather
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.tile import tile
from convflow.ops.math.arithmetic import add_n, floordiv, floormod, minimum, pow
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, logical_not, logical_or
from convflow.ops.math.elementwise import log
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where
from convflow.ops.softmax import log_softmax
from convflow.ops.tensor_array import TensorArray
from convflow.ops.top_k import top_k

# The constants of the length penalty, equation 14 of the paper.
_SHORT = 5.0


class BeamSearchDecoderState(NamedTuple):
    """The state of a beam search (API: tf.contrib.seq2seq.BeamSearchDecoderState).

    `cell_state` is the cell's, with (batch, beams, ...); `log_probs` those of the beams, (batch, beams); `finished`
    which have ended, bool; `lengths` their symbols, int64; `accumulated_attention_probs` the sum of the weights of
    all steps, (batch, beams, memory's time), or () without a coverage penalty.
    """

    cell_state: Any
    log_probs: Any
    finished: Any
    lengths: Any
    accumulated_attention_probs: Any


class BeamSearchDecoderOutput(NamedTuple):
    """A step of a beam search (API: tf.contrib.seq2seq.BeamSearchDecoderOutput): scores, the symbols chosen, and the
    beams of the step before that they continue, each of shape (batch, beams)."""

    scores: Any
    predicted_ids: Any
    parent_ids: Any


class Search(NamedTuple):
    """What does not change from step to step."""

    batch_size: Any
    beam_width: int
    end_token: Any
    length_penalty_weight: Any
    coverage_penalty_weight: Any


def is_off(weight: Any) -> bool:
    """Whether a penalty's weight is known to be zero."""
    value = constant_value(weight) if isinstance(weight, Tensor) else weight
    return value is not None and value == 0


def attention_of(cell_state: Any, weight: Any) -> Any:
    """The attention's weights in a cell's state, the mean of several; None where `weight` is off.

    Raises:
        ValueError: there is a coverage penalty and no attention.
    """
    if is_off(weight):
        return None
    found: list[Any] = []
    _collect(cell_state, found)
    if not found:
        raise ValueError(
            "No AttentionWrapperState found in the cell's state, whose attention the coverage penalty "
            f"(coverage_penalty_weight={weight}) is made of. Use an AttentionWrapper, or leave the weight 0."
        )
    return found[0] if len(found) == 1 else add_n(found) / float(len(found))


def _collect(state: Any, found: list[Any]) -> None:
    if isinstance(state, AttentionWrapperState):
        several = isinstance(state.alignments, tuple)
        found.extend(state.alignments if several else [state.alignments])
        _collect(state.cell_state, found)
    elif nest.is_nested(state):
        for part in state.values() if isinstance(state, dict) else state:
            _collect(part, found)


def beam_step(
    search: Search, logits: Tensor, next_cell_state: Any, state: BeamSearchDecoderState
) -> tuple[BeamSearchDecoderOutput, BeamSearchDecoderState]:
    """The best continuations of the beams.

    Args:
        search: the search.
        logits: shape (batch, beams, symbols).
        next_cell_state: the cell's next state, (batch, beams, ...).
        state: the state before.
    """
    symbols = static_or_shape(logits, 2)
    runs = logical_not(state.finished)
    step_log_probs = _ended_stay(log_softmax(logits), search.end_token, state.finished, symbols)
    total = expand_dims(state.log_probs, 2) + step_log_probs
    attention = attention_of(next_cell_state, search.coverage_penalty_weight)
    accumulated = None
    if attention is not None:
        accumulated = state.accumulated_attention_probs + attention * expand_dims(cast(runs, attention.dtype), 2)
    lengths = _candidate_lengths(search, state, runs, symbols)
    scores = _scores(search, total, lengths, state.finished, accumulated)

    flat = reshape(scores, [search.batch_size, -1])
    best, places = top_k(flat, k=search.beam_width)
    best.set_shape([_known(search.batch_size), search.beam_width])
    words, parents = floormod(places, symbols), floordiv(places, symbols)
    was_finished = beams_of(state.finished, parents, search)
    next_state = BeamSearchDecoderState(
        cell_state=nest.map_structure(lambda part: state_beams(part, parents, search), next_cell_state),
        log_probs=beams_of(reshape(total, [search.batch_size, -1]), places, search),
        finished=logical_or(was_finished, equal(words, search.end_token)),
        lengths=beams_of(state.lengths, parents, search) + cast(logical_not(was_finished), dtypes.int64),
        accumulated_attention_probs=() if accumulated is None else beams_of(accumulated, parents, search),
    )
    return BeamSearchDecoderOutput(scores=best, predicted_ids=words, parent_ids=parents), next_state


def _known(size: Any) -> int | None:
    return size if isinstance(size, int) else None


def _ended_stay(log_probs: Tensor, end_token: Any, finished: Tensor, symbols: Any) -> Tensor:
    """A beam that has ended goes on with `end_token`, for nothing, and with nothing else."""
    dtype = log_probs.dtype
    only_end = one_hot(end_token, symbols, dtype=dtype, on_value=cast(0.0, dtype), off_value=dtype.min)
    ended = tile(reshape(only_end, [1, 1, -1]), concat([shape_of(finished), [1]], 0))
    mask = tile(expand_dims(finished, 2), [1, 1, symbols])
    return where(mask, ended, log_probs)


def _candidate_lengths(search: Search, state: BeamSearchDecoderState, runs: Tensor, symbols: Any) -> Tensor:
    """The lengths the continuations would have, int64 of shape (batch, beams, symbols): the end does not count."""
    ends = fill([search.batch_size, search.beam_width], search.end_token)
    longer = one_hot(ends, symbols, on_value=cast(0, dtypes.int64), off_value=cast(1, dtypes.int64), dtype=dtypes.int64)
    return longer * expand_dims(cast(runs, dtypes.int64), 2) + expand_dims(state.lengths, 2)


def _scores(search: Search, log_probs: Tensor, lengths: Tensor, finished: Tensor, accumulated: Any) -> Tensor:
    scores = log_probs
    if not is_off(search.length_penalty_weight):
        scores = scores / cast(length_penalty(lengths, search.length_penalty_weight), log_probs.dtype)
    weight = convert_to_tensor(search.coverage_penalty_weight, name="coverage_penalty_weight")
    if weight.shape.rank != 0:
        raise ValueError(f"coverage_penalty_weight should be a scalar, but saw shape: {weight.shape}.")
    if accumulated is None:
        return scores
    # What has not ended may still look at what it has not seen: only ended beams are punished.
    mask = tile(expand_dims(finished, 2), [1, 1, static_or_shape(accumulated, 2)])
    seen = where(mask, accumulated, ones_like(accumulated))
    penalty = reduce_sum(log(minimum(seen, 1.0)), 2)
    return scores + expand_dims(cast(weight, penalty.dtype) * penalty, 2)


def length_penalty(sequence_lengths: Any, penalty_factor: Any) -> Any:
    """((5 + length) / 6) to the power of `penalty_factor` (arXiv 1609.08144, equation 14).

    Args:
        sequence_lengths: lengths, of any shape.
        penalty_factor: a scalar; 1.0 is returned where it is known to be 0.

    Raises:
        ValueError: a factor that is no scalar.
    """
    factor = convert_to_tensor(penalty_factor, name="penalty_factor", preferred_dtype=dtypes.float32)
    factor = cast(factor, dtypes.float32)
    if factor.shape.rank != 0:
        raise ValueError(f"length_penalty_weight should be a scalar, but saw shape: {factor.shape}.")
    if is_off(factor):
        return 1.0
    return pow((_SHORT + cast(sequence_lengths, dtypes.float32)) / (_SHORT + 1.0), factor)


def beams_of(tensor: Tensor, ids: Tensor, search: Search) -> Tensor:
    """Of each example what the ids say: shape (batch, n, ...) and ids (batch, beams) -> (batch, beams, ...)."""
    count = static_or_shape(tensor, 1)
    flat = reshape(tensor, concat([[search.batch_size * count], shape_of(tensor)[2:]], 0))
    first = expand_dims(range_of(search.batch_size) * count, 1)
    result = gather(flat, ids + first)
    result.set_shape([_known(search.batch_size), search.beam_width, *tensor.shape[2:]])
    return result


def state_beams(part: Any, ids: Tensor, search: Search) -> Any:
    """The same for a part of a state; scalars and arrays of steps, which have no beams, stay."""
    if isinstance(part, TensorArray) or part.shape.rank < 2:
        return part
    return beams_of(part, ids, search)

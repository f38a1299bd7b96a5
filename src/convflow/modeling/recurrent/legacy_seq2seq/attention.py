"""Decoders that look back at the encoder's outputs (API: tf.contrib.legacy_seq2seq.attention_decoder; Vinyals et al.,
"Grammar as a Foreign Language", 2014, after Bahdanau et al., "Neural Machine Translation by Jointly Learning to Align
and Translate", 2014)."""

from __future__ import annotations

from contextlib import nullcontext
from copy import deepcopy
from typing import Any

from convflow.core import dtypes, nest
from convflow.graph.operation import Tensor
from convflow.modeling.recurrent.legacy_seq2seq.decoders import (
    Decoded,
    Loop,
    check_projection,
    decoded_either_way,
    embed_largest,
    next_input,
)
from convflow.modeling.recurrent.linear import EmbeddingWrapper, Linear, OutputProjectionWrapper
from convflow.modeling.recurrent.static import static_rnn
from convflow.modeling.variables.scope import get_variable, get_variable_scope, variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.conv import conv2d
from convflow.ops.embedding import embedding_lookup
from convflow.ops.math.arithmetic import add, multiply
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import tanh
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.softmax import softmax


class _Attention:
    """The heads over one encoder's states: what each is weighted with, and the weighted sums.

    Args:
        states: the encoder's outputs, shape (batch, length, size).
        heads: how many weightings there are.
        dtype: of variables and sums.
    """

    def __init__(self, states: Tensor, heads: int, dtype: Any) -> None:
        known = states.shape.as_list()[1]
        self.size = int(states.shape[2])
        self._length = known if known is not None else shape_of(states)[1]
        self._dtype = dtype
        self._hidden = reshape(states, [-1, self._length, 1, self.size])
        self._features, self._scales = [], []
        for head in range(heads):
            kernel = get_variable(f"AttnW_{head}", [1, 1, self.size, self.size], dtype=dtype)
            self._features.append(conv2d(self._hidden, kernel, [1, 1, 1, 1], "SAME"))
            self._scales.append(get_variable(f"AttnV_{head}", [self.size], dtype=dtype))

    def __call__(self, query: Any) -> list[Tensor]:
        """A sum of states for each head, shape (batch, size), for a decoder's state."""
        if nest.is_nested(query):
            query = concat(nest.flatten(query), 1)
        return [self._head(number, query) for number in range(len(self._features))]

    def _head(self, number: int, query: Tensor) -> Tensor:
        with variable_scope(f"Attention_{number}"):
            asked = reshape(Linear(query, self.size)(query), [-1, 1, 1, self.size])
            seen = tanh(add(self._features[number], cast(asked, self._dtype)))
            scores = reduce_sum(multiply(self._scales[number], seen), [2, 3])
            weights = cast(softmax(cast(scores, dtypes.float32)), self._dtype)
            sums = reduce_sum(multiply(reshape(weights, [-1, self._length, 1, 1]), self._hidden), [1, 2])
            return reshape(sums, [-1, self.size])

    def nothing(self, batch_size: Tensor) -> list[Tensor]:
        """Zeros in the shapes of what a call returns."""
        shape = stack([batch_size, self.size])
        empty = [zeros(shape, dtype=self._dtype) for _ in self._features]
        for tensor in empty:
            tensor.set_shape([None, self.size])
        return empty


def _check(decoder_inputs: Any, attention_states: Tensor, num_heads: int) -> None:
    if not decoder_inputs:
        raise ValueError("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise ValueError(f"With less than 1 heads, use a non-attention decoder: num_heads={num_heads}.")
    if attention_states.shape.with_rank(3).as_list()[2] is None:
        raise ValueError(f"Shape[2] of attention_states must be known: {attention_states.shape}. Use set_shape.")


def attention_decoder(
    decoder_inputs: list[Any],
    initial_state: Any,
    attention_states: Tensor,
    cell: Any,
    output_size: int | None = None,
    num_heads: int = 1,
    loop_function: Loop | None = None,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> Decoded:
    """A decoder whose inputs and outputs are joined with weighted sums of the encoder's outputs (API:
    tf.contrib.legacy_seq2seq.attention_decoder).

    Args:
        decoder_inputs: tensors of shape (batch, input size), one for each step.
        initial_state: the state before the first step.
        attention_states: the encoder's outputs, shape (batch, length, size).
        cell: the cell.
        output_size: the size of outputs; that of the cell by default.
        num_heads: how many weightings there are.
        loop_function: as of `rnn_decoder`.
        dtype: the type of variables and outputs; by default the scope's.
        scope: the variable scope, "attention_decoder" by default.
        initial_state_attention: whether the first step sees sums for the first state, instead of zeros.

    Returns:
        A list of outputs, each of shape (batch, output_size), and the last state.

    Raises:
        ValueError: no inputs, no heads, or a size that is not known.
    """
    _check(decoder_inputs, attention_states, num_heads)
    with variable_scope(scope or "attention_decoder", dtype=dtype) as opened:
        dtype = opened.dtype
        attention = _Attention(attention_states, num_heads, dtype)
        sums = attention.nothing(shape_of(decoder_inputs[0])[0])
        made = initial_state_attention
        if made:
            sums = attention(initial_state)
        state = initial_state
        outputs: list[Tensor] = []
        for step, inp in enumerate(decoder_inputs):
            if step > 0:
                get_variable_scope().reuse_variables()
            taken = next_input(inp, step, outputs[-1] if outputs else None, loop_function)
            joined = [cast(each, dtype) for each in [taken, *sums]]
            output, state = cell(Linear(joined, _input_size(taken))(joined), state)
            with variable_scope(get_variable_scope(), reuse=True) if made and step == 0 else nullcontext():
                sums = attention(state)
            with variable_scope("AttnOutputProjection"):
                seen = [cast(output, dtype), *sums]
                outputs.append(Linear(seen, output_size or cell.output_size)(seen))
    return outputs, state


def _input_size(inp: Tensor) -> int:
    size = inp.shape.with_rank(2).as_list()[1]
    if size is None:
        raise ValueError(f"Could not infer input size from input: {inp.name}. Use set_shape on it.")
    return size


def embedding_attention_decoder(
    decoder_inputs: list[Any],
    initial_state: Any,
    attention_states: Tensor,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_size: int | None = None,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> Decoded:
    """`attention_decoder` for symbols, with an embedding (API: tf.contrib.legacy_seq2seq.embedding_attention_decoder).

    Args:
        decoder_inputs: integers of shape (batch,), one tensor for each step.
        num_symbols, embedding_size, output_projection, feed_previous, update_embedding_for_previous: as of
            `embedding_rnn_decoder`.
        scope: the variable scope, "embedding_attention_decoder" by default.

    The other arguments, and what is returned, are those of `attention_decoder`.

    Raises:
        ValueError: the projection has other shapes; and as `attention_decoder`.
    """
    with variable_scope(scope or "embedding_attention_decoder", dtype=dtype) as opened:
        check_projection(output_projection, num_symbols, opened.dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = (
            embed_largest(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        )
        return attention_decoder(
            [embedding_lookup(embedding, symbols) for symbols in decoder_inputs],
            initial_state,
            attention_states,
            cell,
            output_size=output_size,
            num_heads=num_heads,
            loop_function=loop_function,
            initial_state_attention=initial_state_attention,
        )


def embedding_attention_seq2seq(
    encoder_inputs: list[Any],
    decoder_inputs: list[Any],
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> Decoded:
    """Symbols to symbols, with attention (API: tf.contrib.legacy_seq2seq.embedding_attention_seq2seq).

    Args:
        num_heads, initial_state_attention: as of `attention_decoder`.
        scope: the variable scope, "embedding_attention_seq2seq" by default.

    The other arguments, and what is returned, are those of `embedding_rnn_seq2seq`.

    Raises:
        ValueError: as `embedding_attention_decoder`.
    """
    with variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as opened:
        encoder = EmbeddingWrapper(deepcopy(cell), num_encoder_symbols, embedding_size)
        outputs, encoded = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        states = concat([reshape(output, [-1, 1, cell.output_size]) for output in outputs], 1)
        output_size = None
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols

        def decode(feeds: bool, update_embedding: bool) -> Decoded:
            return embedding_attention_decoder(
                decoder_inputs, encoded, states, cell, num_decoder_symbols, embedding_size, num_heads, output_size,
                output_projection, feeds, update_embedding, initial_state_attention=initial_state_attention,
            )  # fmt: skip

        return decoded_either_way(feed_previous, decode, encoded)

"""Encoders with decoders, without attention (API: tf.contrib.legacy_seq2seq; Cho et al., "Learning Phrase
Representations using RNN Encoder-Decoder", and Sutskever et al., "Sequence to Sequence Learning", 2014)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from convflow.core import dtypes
from convflow.modeling.recurrent.legacy_seq2seq.decoders import (
    Decoded,
    Loop,
    decoded_either_way,
    embed_largest,
    embedding_rnn_decoder,
    rnn_decoder,
)
from convflow.modeling.recurrent.linear import EmbeddingWrapper, OutputProjectionWrapper
from convflow.modeling.recurrent.static import static_rnn
from convflow.modeling.variables.scope import get_variable, get_variable_scope, variable_scope
from convflow.ops.embedding import embedding_lookup


def basic_rnn_seq2seq(
    encoder_inputs: Any, decoder_inputs: Any, cell: Any, dtype: Any = dtypes.float32, scope: Any = None
) -> Decoded:
    """An encoder whose last state a decoder begins with (API: tf.contrib.legacy_seq2seq.basic_rnn_seq2seq).

    Args:
        encoder_inputs, decoder_inputs: lists of tensors of shape (batch, input size).
        cell: the decoder's cell; the encoder has a copy, with variables of its own.
        dtype: the type of the first state.
        scope: the variable scope, "basic_rnn_seq2seq" by default.

    Returns:
        The decoder's outputs, each of shape (batch, output_size), and its last state.
    """
    with variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(deepcopy(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    loop_function: Loop | None = None,
    dtype: Any = dtypes.float32,
    scope: Any = None,
) -> Decoded:
    """`basic_rnn_seq2seq` where encoder and decoder share their variables (API:
    tf.contrib.legacy_seq2seq.tied_rnn_seq2seq).

    Args:
        loop_function: as of `rnn_decoder`.
        scope: the scope of both, "tied_rnn_seq2seq" by default, within "combined_tied_rnn_seq2seq".
    """
    with variable_scope("combined_tied_rnn_seq2seq"):
        shared = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=shared)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function, shared)


def embedding_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> Decoded:
    """Symbols to symbols (API: tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq).

    Args:
        encoder_inputs, decoder_inputs: lists of integers of shape (batch,).
        cell: the decoder's cell; the encoder has a copy.
        num_encoder_symbols, num_decoder_symbols: how many symbols there are on each side.
        embedding_size: the numbers for each symbol.
        output_projection: None, or weights and biases from outputs to symbols; without them the outputs are mapped to
            `num_decoder_symbols`.
        feed_previous: a bool, or a scalar tensor of that type: decode from the first input and the own outputs.
        dtype: the type of states and variables; by default the scope's.
        scope: the variable scope, "embedding_rnn_seq2seq" by default.

    Returns:
        The decoder's outputs, of shape (batch, num_decoder_symbols), or (batch, output_size) with a projection, and
        its last state.
    """
    with variable_scope(scope or "embedding_rnn_seq2seq", dtype=dtype) as opened:
        encoder = EmbeddingWrapper(deepcopy(cell), num_encoder_symbols, embedding_size)
        _, encoded = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)

        def decode(feeds: bool, update_embedding: bool) -> Decoded:
            return embedding_rnn_decoder(
                decoder_inputs, encoded, cell, num_decoder_symbols, embedding_size, output_projection, feeds,
                update_embedding,
            )  # fmt: skip

        return decoded_either_way(feed_previous, decode, encoded)


def embedding_tied_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_decoder_symbols: int | None = None,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> Decoded:
    """`embedding_rnn_seq2seq` with one embedding and one cell for both sides (API:
    tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq).

    Args:
        num_symbols: how many symbols there are on both sides together.
        num_decoder_symbols: how many of them are scored; all by default.
        scope: the variable scope, "embedding_tied_rnn_seq2seq" by default.

    The other arguments, and what is returned, are those of `embedding_rnn_seq2seq`.

    Raises:
        ValueError: the projection's biases are not `num_symbols`.
    """
    with variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as opened:
        embedding = get_variable("embedding", [num_symbols, embedding_size], dtype=opened.dtype)
        encoded = [embedding_lookup(embedding, symbols) for symbols in encoder_inputs]
        embedded = [embedding_lookup(embedding, symbols) for symbols in decoder_inputs]
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols or num_symbols)

        def decode(feeds: bool, update_embedding: bool) -> Decoded:
            loop_function = embed_largest(embedding, output_projection, update_embedding) if feeds else None
            return tied_rnn_seq2seq(encoded, embedded, cell, loop_function, opened.dtype)

        return decoded_either_way(feed_previous, decode, cell.state_size)


def one2many_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs_dict: dict[str, Any],
    enc_cell: Any,
    dec_cells_dict: dict[str, Any],
    num_encoder_symbols: int,
    num_decoder_symbols_dict: dict[str, int],
    embedding_size: int,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """One encoder, several decoders (API: tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq; Luong et al., "Multi-task
    Sequence to Sequence Learning", 2015).

    Args:
        decoder_inputs_dict, dec_cells_dict, num_decoder_symbols_dict: for each decoder's name its inputs, its cell,
            and how many symbols it has.
        scope: the variable scope, "one2many_rnn_seq2seq" by default; a decoder's is "one2many_decoder_NAME" in it.

    The other arguments are those of `embedding_rnn_seq2seq`.

    Returns:
        For each name the outputs, and for each name the last state.
    """
    outputs: dict[str, Any] = {}
    states: dict[str, Any] = {}
    with variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as opened:
        encoder = EmbeddingWrapper(enc_cell, num_encoder_symbols, embedding_size)
        _, encoded = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        for name, inputs in decoder_inputs_dict.items():
            symbols = num_decoder_symbols_dict[name]
            with variable_scope("one2many_decoder_" + str(name)):
                decode = _Decoder(inputs, encoded, OutputProjectionWrapper(dec_cells_dict[name], symbols), symbols,
                                  embedding_size)  # fmt: skip
                outputs[name], states[name] = decoded_either_way(feed_previous, decode, encoded)
    return outputs, states


class _Decoder:
    """`embedding_rnn_decoder` of some inputs, as a function of its last two arguments."""

    def __init__(self, inputs: Any, state: Any, cell: Any, symbols: int, embedding_size: int) -> None:
        self._inputs, self._state, self._cell = inputs, state, cell
        self._symbols, self._size = symbols, embedding_size

    def __call__(self, feeds: bool, update_embedding: bool) -> Decoded:
        return embedding_rnn_decoder(
            self._inputs, self._state, self._cell, self._symbols, self._size, None, feeds, update_embedding
        )

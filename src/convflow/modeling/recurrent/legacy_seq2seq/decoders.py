"""Decoders of unrolled networks, and what feeds their output back to them (API: tf.contrib.legacy_seq2seq)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from convflow.core import nest
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.variables.scope import get_variable, get_variable_scope, variable_scope
from convflow.ops.array.identity import stop_gradient
from convflow.ops.bias import xw_plus_b
from convflow.ops.control_flow import cond
from convflow.ops.embedding import embedding_lookup
from convflow.ops.math.argmax import argmax

Decoded = tuple[list[Tensor], Any]
Loop = Callable[[Tensor, int], Tensor]


def next_input(inp: Any, step: int, previous: Tensor | None, loop_function: Loop | None) -> Any:
    """What step `step` takes: its own input, or what the loop function makes of the output before."""
    if loop_function is None or previous is None:
        return inp
    with variable_scope("loop_function", reuse=True):
        return loop_function(previous, step)


def rnn_decoder(
    decoder_inputs: Iterable[Any],
    initial_state: Any,
    cell: Any,
    loop_function: Loop | None = None,
    scope: Any = None,
) -> Decoded:
    """A cell run over a list of inputs, or over its own outputs (API: tf.contrib.legacy_seq2seq.rnn_decoder).

    Args:
        decoder_inputs: tensors of shape (batch, input size), one for each step.
        initial_state: the state before the first step.
        cell: the cell.
        loop_function: (output before, step) -> input of shape (batch, input size), for all steps but the first.
        scope: the variable scope, "rnn_decoder" by default.

    Returns:
        A list of outputs, each of shape (batch, output_size), and the last state.
    """
    outputs: list[Tensor] = []
    state = initial_state
    with variable_scope(scope or "rnn_decoder"):
        for step, inp in enumerate(decoder_inputs):
            taken = next_input(inp, step, outputs[-1] if outputs else None, loop_function)
            if step > 0:
                get_variable_scope().reuse_variables()
            output, state = cell(taken, state)
            outputs.append(output)
    return outputs, state


def embed_largest(embedding: Any, output_projection: Any = None, update_embedding: bool = True) -> Loop:
    """A loop function: the embedding of the symbol that has the largest output.

    Args:
        embedding: shape (symbols, size).
        output_projection: weights and biases that make symbols' scores of outputs; the outputs are scores if None.
        update_embedding: whether gradients reach the embedding on this way.
    """

    def loop_function(previous: Tensor, _: int) -> Tensor:
        scores = previous if output_projection is None else xw_plus_b(previous, *output_projection)
        embedded = embedding_lookup(embedding, argmax(scores, 1))
        return embedded if update_embedding else stop_gradient(embedded)

    return loop_function


def embedding_rnn_decoder(
    decoder_inputs: list[Any],
    initial_state: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    scope: Any = None,
) -> Decoded:
    """`rnn_decoder` for symbols, with an embedding (API: tf.contrib.legacy_seq2seq.embedding_rnn_decoder).

    Args:
        decoder_inputs: integers of shape (batch,), one tensor for each step.
        num_symbols: how many symbols there are.
        embedding_size: the numbers for each.
        output_projection: None, or weights (output_size, num_symbols) and biases (num_symbols,) that make scores of
            outputs where they are fed back.
        feed_previous: only the first input is used; the others are the symbols with the largest scores.
        update_embedding_for_previous: whether gradients reach the embedding of symbols fed back.
        scope: the variable scope, "embedding_rnn_decoder" by default.

    The other arguments, and what is returned, are those of `rnn_decoder`.

    Raises:
        ValueError: the projection has other shapes.
    """
    with variable_scope(scope or "embedding_rnn_decoder") as opened:
        check_projection(output_projection, num_symbols, opened.dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = (
            embed_largest(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        )
        embedded = [embedding_lookup(embedding, symbols) for symbols in decoder_inputs]
        return rnn_decoder(embedded, initial_state, cell, loop_function)


def check_projection(output_projection: Any, num_symbols: int, dtype: Any) -> None:
    """ValueError unless the projection's shapes end with `num_symbols`."""
    if output_projection is None:
        return
    weights = convert_to_tensor(output_projection[0], dtype=dtype)
    weights.shape.assert_is_compatible_with([None, num_symbols])
    biases = convert_to_tensor(output_projection[1], dtype=dtype)
    biases.shape.assert_is_compatible_with([num_symbols])


def decoded_either_way(feed_previous: Any, decode: Callable[[bool, bool], Decoded], structure: Any) -> Decoded:
    """Outputs and state of `decode(feed_previous, update_embedding)`, where `feed_previous` may be a tensor.

    Args:
        feed_previous: a bool, or a scalar tensor of that type; then both decoders are made, with the same variables,
            and gradients do not reach the embedding of symbols fed back.
        structure: the state's structure.
    """
    if isinstance(feed_previous, bool):
        return decode(feed_previous, True)

    def branch(feeds: bool) -> list[Tensor]:
        with variable_scope(get_variable_scope(), reuse=None if feeds else True):
            outputs, state = decode(feeds, False)
        return outputs + nest.flatten(state)

    both = cond(feed_previous, lambda: branch(True), lambda: branch(False))
    count = len(both) - len(nest.flatten(structure))
    return list(both[:count]), nest.pack_sequence_as(structure, list(both[count:]))

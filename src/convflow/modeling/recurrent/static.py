"""Cells over sequences, step after step in the graph (API: tf.nn.static_rnn and what is made of it)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes, nest
from convflow.core.shape import dimension_at_index, dimension_value
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.recurrent.arguments import cache_on_device, check_lengths, check_steps
from convflow.modeling.recurrent.arguments import initial_state as state_or_zeros
from convflow.modeling.recurrent.cell import check_cell
from convflow.modeling.recurrent.sizes import joined, joined_shape, state_dtype
from convflow.modeling.recurrent.step import Lengths, reversed_list, step, with_extremes
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.cast import cast


def static_rnn(
    cell: Any,
    inputs: Any,
    initial_state: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Run a cell over a list of steps; the graph has the cell's nodes once per step (API: tf.nn.static_rnn).

    Args:
        cell: a cell, e.g. `tf.nn.rnn_cell.LSTMCell(128)`.
        inputs: one tensor of shape (batch, size), or a structure of such tensors, per step.
        initial_state: the state to begin with, in the structure of `cell.state_size`; zeros of `dtype` if None.
        dtype: the type of zeros and outputs; needed without `initial_state`.
        sequence_length: how many steps each sequence has, shape (batch,), integers; behind its end a sequence's
            outputs are zeros and its state stays.
        scope: the variable scope, "rnn" by default.

    Returns:
        A list of outputs, each of shape (batch, output_size), and the last state.

    Raises:
        TypeError: not a cell, or inputs that are no list.
        ValueError: no inputs; neither a state nor a type; sizes that are not known.
    """
    check_cell("cell", cell)
    check_steps(inputs)
    outputs = []
    with variable_scope(scope or "rnn") as opened:
        cache_on_device(opened)
        first = inputs
        while nest.is_nested(first):
            first = first[0]
        known_batch = _checked_batch(first, inputs)
        batch_size = known_batch or shape_of(first)[0]
        state = state_or_zeros(cell, initial_state, batch_size, dtype)
        lengths: Lengths | None = None
        if sequence_length is not None:
            sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
            check_lengths(sequence_length)
            zero = [
                _zeros(batch_size, known_batch, size, state_dtype(dtype, state))
                for size in nest.flatten(cell.output_size)
            ]
            zero_output = nest.pack_sequence_as(cell.output_size, zero)
            lengths = with_extremes(cast(sequence_length, dtypes.int32))
        for time, item in enumerate(inputs):
            if time > 0:
                opened.reuse_variables()
            if lengths is None:
                output, state = cell(item, state)
            else:
                call = _Call(cell, item, state)
                output, state = step(time, lengths, zero_output, state, call, unconditional=False)
            outputs.append(output)
        return outputs, state


class _Call:
    """One step's call of the cell."""

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments

    def __call__(self) -> Any:
        cell, inputs, state = self._arguments
        return cell(inputs, state)


def _checked_batch(first: Tensor, inputs: Any) -> int | None:
    """The batch's size, if it is known; ValueError where the inputs' sizes are not known or differ."""
    if first.shape.rank == 1:
        return first.shape.as_list()[0]
    batch = dimension_at_index(first.shape.with_rank_at_least(2), 0)
    for item in nest.flatten(inputs):
        shape = item.shape.with_rank_at_least(2)
        batch.assert_is_compatible_with(dimension_at_index(shape, 0))
        if shape.rank is None:
            raise ValueError(f"Input size of {item} must be accessible via shape inference. Use set_shape on it.")
        for index, size in enumerate(shape.as_list()[1:]):
            if size is None:
                raise ValueError(
                    f"Input size (dimension {index} of input {item}) must be accessible via shape inference, "
                    "but saw value None. Use set_shape on the inputs."
                )
    return dimension_value(batch)


def _zeros(batch_size: Any, known_batch: int | None, size: Any, dtype: Any) -> Tensor:
    output = zeros(joined(batch_size, size), dtype)
    output.set_shape(joined_shape([known_batch], size))
    return output


def static_state_saving_rnn(
    cell: Any, inputs: Any, state_saver: Any, state_name: Any, sequence_length: Any = None, scope: Any = None
) -> tuple[list[Any], Any]:
    """`static_rnn` whose state comes from a saver and goes back to it (API: tf.nn.static_state_saving_rnn).

    Args:
        state_saver: an object with `state(name)`, a tensor, and `save_state(name, value)`, an operation.
        state_name: the state's name, or a tuple of names where `cell.state_size` is a tuple.

    The other arguments are those of `static_rnn`.

    Returns:
        Outputs and last state; the last output waits until the state is saved.

    Raises:
        ValueError: names and sizes do not match.
    """
    _check_names(cell.state_size, state_name)
    names = nest.flatten(state_name)
    begin = nest.pack_sequence_as(cell.state_size, [state_saver.state(name) for name in names])
    outputs, state = static_rnn(cell, inputs, initial_state=begin, sequence_length=sequence_length, scope=scope)
    parts = nest.flatten(state)
    saved = [state_saver.save_state(name, part) for name, part in zip(names, parts, strict=True)]
    with control_dependencies(saved):
        outputs[-1] = nest.map_structure(identity, outputs[-1])
        return outputs, nest.map_structure(identity, state)


def _check_names(state_size: Any, state_name: Any) -> None:
    if nest.is_nested(state_size) != nest.is_nested(state_name):
        raise ValueError(
            "Argument `state_name` should be the same type as `cell.state_size`. Received: "
            f"state_name={state_name}, cell.state_size={state_size}."
        )
    if len(nest.flatten(state_size)) != len(nest.flatten(state_name)):
        raise ValueError(
            "Number of elements in argument `state_name` and `cell.state_size` are mismatched. Received "
            f"state_name={state_name} and cell.state_size={state_size}. Give one name per part of the state."
        )


def static_bidirectional_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """Run one cell forwards and one backwards over a list of steps (API: tf.nn.static_bidirectional_rnn).

    Args:
        cell_fw, cell_bw: the cells.
        initial_state_fw, initial_state_bw: their states to begin with; zeros of `dtype` if None.
        scope: the variable scope, "bidirectional_rnn" by default; the cells' are "fw" and "bw" in it.

    The other arguments are those of `static_rnn`.

    Returns:
        A list of outputs of both side by side, each of shape (batch, sum of the output sizes), and both last states.

    Raises:
        TypeError, ValueError: as `static_rnn`.
    """
    check_cell("cell_fw", cell_fw)
    check_cell("cell_bw", cell_bw)
    check_steps(inputs)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = static_rnn(cell_fw, inputs, initial_state_fw, dtype, sequence_length, scope=fw_scope)
        with variable_scope("bw") as bw_scope:
            backwards = reversed_list(inputs, sequence_length)
            reversed_output, state_bw = static_rnn(
                cell_bw, backwards, initial_state_bw, dtype, sequence_length, scope=bw_scope
            )
    output_bw = reversed_list(reversed_output, sequence_length)
    both = zip(nest.flatten(output_fw), nest.flatten(output_bw), strict=True)
    outputs = nest.pack_sequence_as(output_fw, [concat([forwards, back], 1) for forwards, back in both])
    return outputs, state_fw, state_bw

"""Cells over sequences in a loop of the graph (API: tf.nn.dynamic_rnn, bidirectional_dynamic_rnn)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes, nest
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import name_of
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.modeling.recurrent.arguments import batch_size_of, cache_on_device, check_lengths
from convflow.modeling.recurrent.arguments import initial_state as state_or_zeros
from convflow.modeling.recurrent.cell import check_cell
from convflow.modeling.recurrent.sizes import joined, joined_shape, output_element_shape, state_dtype
from convflow.modeling.recurrent.step import Lengths, reversed_in_time, step, with_extremes
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, zeros
from convflow.ops.array.identity import identity
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.transpose import transpose
from convflow.ops.assertion import assert_
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.reduce import reduce_all
from convflow.ops.tensor_array import TensorArray
from convflow.ops.while_loop import while_loop


def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Any, Any]:
    """Run a cell over sequences, in a `tf.while_loop` (API: tf.nn.dynamic_rnn).

    Args:
        cell: a cell, e.g. `tf.nn.rnn_cell.LSTMCell(128)`.
        inputs: shape (batch, time, size), or a structure of such tensors.
        sequence_length: how many steps each sequence has, shape (batch,), integers; behind its end a sequence's
            outputs are zeros and its state stays.
        initial_state: the state to begin with, in the structure of `cell.state_size`; zeros of `dtype` if None.
        dtype: the type of zeros and outputs; needed without `initial_state`.
        parallel_iterations: kept on the nodes, 32 by default.
        swap_memory: kept on the nodes.
        time_major: inputs and outputs are (time, batch, size), which saves transposing them.
        scope: the variable scope, "rnn" by default.

    Returns:
        The outputs, shape (batch, time, output_size), and the last state, in the structure of `cell.state_size`.

    Raises:
        TypeError: not a cell.
        ValueError: neither a state nor a type; sizes that are not known or differ among the inputs.
        InvalidArgumentError: in the run, as many lengths as sequences are needed.
    """
    check_cell("cell", cell)
    with variable_scope(scope or "rnn") as opened:
        cache_on_device(opened)
        flat_input = nest.flatten(inputs)
        if not time_major:
            flat_input = [convert_to_tensor(item) for item in flat_input]
            flat_input = [_swapped(item) for item in flat_input]
        if sequence_length is not None:
            sequence_length = cast(sequence_length, dtypes.int32)
            check_lengths(sequence_length)
            sequence_length = identity(sequence_length, name="sequence_length")
        batch_size = batch_size_of(flat_input)
        state = state_or_zeros(cell, initial_state, batch_size, dtype)
        if sequence_length is not None:
            with control_dependencies([_one_length_each(sequence_length, batch_size)]):
                sequence_length = identity(sequence_length, name="CheckSeqLen")
        packed = nest.pack_sequence_as(inputs, flat_input)
        loop = _Loop(cell, packed, state, sequence_length, dtype)
        outputs, state = loop.run(parallel_iterations or 32, swap_memory)
        if not time_major:
            outputs = nest.map_structure(_swapped, outputs)
        return outputs, state


def _swapped(x: Tensor) -> Tensor:
    """(time, batch, ...) for (batch, time, ...), and back."""
    shape = x.shape
    if shape.rank is not None and shape.rank < 2:
        return x
    swapped = transpose(x, concat(([1, 0], range_of(2, rank_of(x))), axis=0))
    if shape.rank is not None:
        sizes = shape.as_list()
        swapped.set_shape([sizes[1], sizes[0], *sizes[2:]])
    return swapped


def _one_length_each(lengths: Tensor, batch_size: Any) -> Any:
    found = shape_of(lengths)
    expected = stack([batch_size])
    said = [f"Expected shape for Tensor {name_of(lengths)} is ", expected, " but saw shape: ", found]
    return assert_(reduce_all(equal(found, expected)), said)


class _Loop:
    """A cell over inputs of shape (time, batch, ...)."""

    def __init__(self, cell: Any, inputs: Any, state: Any, sequence_length: Any, dtype: Any) -> None:
        self._cell = cell
        self._inputs = inputs
        self._state = state
        self._flat_input = nest.flatten(inputs)
        self._sizes = nest.flatten(cell.output_size)
        self._time_steps = shape_of(self._flat_input[0])[0]
        batch_size = batch_size_of(self._flat_input)
        self._shapes = [item.shape.with_rank_at_least(3) for item in self._flat_input]
        self._check_shapes()
        self._dtype = state_dtype(dtype, state)
        zero = [zeros(joined(batch_size, size), self._dtype) for size in self._sizes]
        self._zero_output = nest.pack_sequence_as(cell.output_size, zero)
        self._lengths: Lengths | None = None if sequence_length is None else with_extremes(sequence_length)

    def _check_shapes(self) -> None:
        first = self._shapes[0].as_list()
        for item, shape in zip(self._flat_input, self._shapes, strict=True):
            if not shape[2:].is_fully_defined():
                raise ValueError(
                    "Input size (depth of inputs) must be accessible via shape inference, but saw value None for "
                    f"input={item}. Use set_shape on the inputs."
                )
            for what, size, expected in zip(("Time steps", "Batch size"), shape.as_list(), first, strict=False):
                if size != expected:
                    raise ValueError(
                        f"{what} is not the same for all the elements in the input. Received {what.lower()}={size} "
                        f"for input={item}, expected {expected} as in the first."
                    )

    def run(self, parallel_iterations: int, swap_memory: bool) -> tuple[Any, Any]:
        time = constant(0, dtype=dtypes.int32, name="time")
        with name_scope("dynamic_rnn") as prefix:
            steps, batch_size = self._shapes[0].as_list()[:2]
        shapes = [output_element_shape(batch_size, size) for size in self._sizes]
        outputs = tuple(
            self._array(f"{prefix}output_{index}", shape, self._dtype) for index, shape in enumerate(shapes)
        )
        empty = [
            self._array(f"{prefix}input_{index}", item.shape[1:], item.dtype)
            for index, item in enumerate(self._flat_input)
        ]
        self._arrays = [array.unstack(item) for array, item in zip(empty, self._flat_input, strict=True)]
        longest = self._time_steps if self._lengths is None else self._lengths.longest
        # At least one step, so that the arrays of outputs learn their shapes.
        bound = minimum(self._time_steps, maximum(1, longest))
        _, outputs, state = while_loop(
            cond=lambda time, *_: time < bound,
            body=self._step,
            loop_vars=(time, outputs, self._state),
            parallel_iterations=parallel_iterations,
            maximum_iterations=self._time_steps,
            swap_memory=swap_memory,
        )
        stacked = [array.stack() for array in outputs]
        for tensor, size in zip(stacked, self._sizes, strict=True):
            tensor.set_shape(joined_shape(TensorShape([steps, batch_size]), size))
        return nest.pack_sequence_as(self._cell.output_size, stacked), state

    def _array(self, name: str, element_shape: TensorShape, dtype: Any) -> TensorArray:
        return TensorArray(dtype, size=self._time_steps, element_shape=element_shape, tensor_array_name=name)

    def _step(self, time: Tensor, arrays: Any, state: Any) -> tuple[Any, Any, Any]:
        read = [array.read(time) for array in self._arrays]
        for item, shape in zip(read, self._shapes, strict=True):
            item.set_shape(shape[1:])
        inputs = nest.pack_sequence_as(self._inputs, read)
        if self._lengths is None:
            output, new_state = self._cell(inputs, state)
        else:
            output, new_state = step(
                time, self._lengths, self._zero_output, state, lambda: self._cell(inputs, state), unconditional=True
            )
        written = [array.write(time, item) for array, item in zip(arrays, nest.flatten(output), strict=True)]
        return time + 1, tuple(written), new_state


def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Run one cell forwards and one backwards over sequences (API: tf.nn.bidirectional_dynamic_rnn; Schuster and
    Paliwal, "Bidirectional Recurrent Neural Networks", 1997).

    Args:
        cell_fw, cell_bw: the cells.
        initial_state_fw, initial_state_bw: their states to begin with; zeros of `dtype` if None.
        scope: the variable scope, "bidirectional_rnn" by default; the cells' are "fw" and "bw" in it.

    The other arguments are those of `dynamic_rnn`.

    Returns:
        A pair of outputs, each of shape (batch, time, output_size) and in the order of the inputs, and a pair of last
        states.

    Raises:
        TypeError, ValueError: as `dynamic_rnn`.
    """
    check_cell("cell_fw", cell_fw)
    check_cell("cell_bw", cell_bw)
    axes = (0, 1) if time_major else (1, 0)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = dynamic_rnn(
                cell_fw, inputs, sequence_length, initial_state_fw, dtype, parallel_iterations, swap_memory, time_major,
                scope=fw_scope,
            )  # fmt: skip
        with variable_scope("bw") as bw_scope:
            backwards = nest.map_structure(lambda item: reversed_in_time(item, sequence_length, *axes), inputs)
            reversed_output, state_bw = dynamic_rnn(
                cell_bw, backwards, sequence_length, initial_state_bw, dtype, parallel_iterations, swap_memory,
                time_major, scope=bw_scope,
            )  # fmt: skip
    output_bw = nest.map_structure(lambda item: reversed_in_time(item, sequence_length, *axes), reversed_output)
    return (output_fw, output_bw), (state_fw, state_bw)

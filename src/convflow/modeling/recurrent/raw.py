"""A loop around a cell that the program itself controls (API: tf.nn.raw_rnn)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes, nest
from convflow.core.shape import dimension_at_index, dimension_value
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.recurrent.arguments import cache_on_device
from convflow.modeling.recurrent.cell import check_cell
from convflow.modeling.recurrent.sizes import joined, output_element_shape
from convflow.modeling.recurrent.step import kept_where
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.constant import constant, zeros
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.comparison import logical_not, logical_or
from convflow.ops.math.reduce import reduce_all
from convflow.ops.tensor_array import TensorArray
from convflow.ops.while_loop import while_loop


def raw_rnn(
    cell: Any,
    loop_fn: Callable[..., Any],
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """Run a cell until all sequences say they have ended (API: tf.nn.raw_rnn).

    Args:
        cell: a cell, e.g. `tf.nn.rnn_cell.LSTMCell(128)`.
        loop_fn: a function of (time, cell_output, cell_state, loop_state) that returns (finished, next_input,
            next_state, emit_output, next_loop_state); `finished` is bool, shape (batch,). It is called once with a
            time of 0 and None for the rest. Then `next_state` is the state to begin with; `emit_output` a structure
            of tensors with the types and, without the batch, the shapes of what later calls emit, or None for the
            cell's output; `next_loop_state` whatever later calls pass on, or None for nothing.
        parallel_iterations: kept on the nodes, 32 by default.
        swap_memory: kept on the nodes.
        scope: the variable scope, "rnn" by default.

    Returns:
        A `tf.TensorArray` per emitted tensor, in their structure; the last state; the last loop state. Sequences that
        have ended emit zeros and keep their state.

    Raises:
        TypeError: not a cell, or `loop_fn` cannot be called.
        ValueError: structures that change from one step to the next.
    """
    check_cell("cell", cell)
    if not callable(loop_fn):
        raise TypeError(f"Argument `loop_fn` must be a callable. Received: {loop_fn}.")
    with variable_scope(scope or "rnn") as opened:
        cache_on_device(opened)
        return _Loop(cell, loop_fn).run(parallel_iterations or 32, swap_memory)


class _Loop:
    def __init__(self, cell: Any, loop_fn: Callable[..., Any]) -> None:
        self._cell = cell
        self._loop_fn = loop_fn
        self._time = constant(0, dtype=dtypes.int32)
        self._finished, self._input, state, emitted, loop_state = loop_fn(self._time, None, None, None)
        self._has_loop_state = loop_state is not None
        self._loop_state = loop_state if self._has_loop_state else constant(0, dtype=dtypes.int32)
        known_batch = self._batch()
        batch_size = shape_of(nest.flatten(self._input)[0])[0] if known_batch is None else known_batch
        nest.assert_same_structure(state, cell.state_size)
        flat_state = [convert_to_tensor(part) for part in nest.flatten(state)]
        self._state = nest.pack_sequence_as(state, flat_state)
        self._prepare_outputs(emitted, flat_state, known_batch, batch_size)

    def _batch(self) -> int | None:
        shapes = [item.shape for item in nest.flatten(self._input)]
        size = dimension_at_index(shapes[0], 0)
        for shape in shapes:
            size.assert_is_compatible_with(dimension_at_index(shape, 0))
        return dimension_value(size)

    def _prepare_outputs(self, emitted: Any, flat_state: list[Tensor], known_batch: int | None, batch: Any) -> None:
        """Arrays for what is emitted, and the zeros that sequences emit after their end."""
        if emitted is None:
            emitted = self._cell.output_size
            sizes = nest.flatten(emitted)
            types = [flat_state[0].dtype] * len(sizes)
        else:
            flat = nest.flatten(emitted)
            sizes = [item.shape if item.shape.is_fully_defined() else shape_of(item) for item in flat]
            types = [item.dtype for item in flat]
        arrays = [
            TensorArray(
                dtype,
                dynamic_size=True,
                element_shape=output_element_shape(known_batch, size),
                size=0,
                name=f"rnn_output_{index}",
            )
            for index, (dtype, size) in enumerate(zip(types, sizes, strict=True))
        ]
        self._arrays = nest.pack_sequence_as(emitted, arrays)
        zero = [zeros(joined(batch, size), dtype) for dtype, size in zip(types, sizes, strict=True)]
        self._zero = nest.pack_sequence_as(emitted, zero)

    def run(self, parallel_iterations: int, swap_memory: bool) -> tuple[Any, Any, Any]:
        result = while_loop(
            lambda time, finished, *_: logical_not(reduce_all(finished)),
            self._step,
            loop_vars=[self._time, self._finished, self._input, self._arrays, self._state, self._loop_state],
            parallel_iterations=parallel_iterations,
            swap_memory=swap_memory,
        )
        arrays, state, loop_state = result[-3:]
        return arrays, state, loop_state if self._has_loop_state else None

    def _step(self, time: Tensor, finished: Tensor, inputs: Any, arrays: Any, state: Any, loop_state: Any) -> Any:
        output, cell_state = self._cell(inputs, state)
        nest.assert_same_structure(state, cell_state)
        nest.assert_same_structure(self._cell.output_size, output)
        next_time = time + 1
        ending, next_input, next_state, emitted, next_loop_state = self._loop_fn(
            next_time, output, cell_state, loop_state
        )
        nest.assert_same_structure(state, next_state)
        nest.assert_same_structure(inputs, next_input)
        nest.assert_same_structure(arrays, emitted)
        if next_loop_state is None:
            next_loop_state = loop_state

        def kept(old: Any, new: Any) -> Any:
            return kept_where(finished, old, new)

        emitted = nest.map_structure(kept, self._zero, emitted)
        next_state = nest.map_structure(kept, state, next_state)
        arrays = nest.map_structure(lambda array, item: array.write(time, item), arrays, emitted)
        return next_time, logical_or(finished, ending), next_input, arrays, next_state, next_loop_state

"""Cells above each other (API: tf.nn.rnn_cell.MultiRNNCell)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core import logging, nest
from convflow.graph.scopes import name_scope
from convflow.modeling.layers.base import Layer
from convflow.modeling.recurrent.cell import RNNCell
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.slice import slice_


class MultiRNNCell(RNNCell):
    """Each cell takes the output of the one before (API: tf.nn.rnn_cell.MultiRNNCell).

    Args:
        cells: the cells, the lowest first; the variables of number i stand in the scope "cell_i".
        state_is_tuple: the state is the tuple of the cells' states; False for all in one tensor, deprecated.

    Raises:
        ValueError: no cells, or a cell whose state is a tuple without `state_is_tuple`.
        TypeError: not a list or tuple.
    """

    def __init__(self, cells: Sequence[Any], state_is_tuple: bool = True) -> None:
        super().__init__()
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not nest.is_nested(cells):
            raise TypeError(f"cells must be a list or tuple, but received: {cells}.")
        if len({id(cell) for cell in cells}) < len(cells):
            logging.log_first_n(
                logging.WARN,
                "At least two cells provided to MultiRNNCell are the same object and will share weights.",
                1,
            )
        self._cells = cells
        self._state_is_tuple = state_is_tuple
        if not state_is_tuple and any(nest.is_nested(cell.state_size) for cell in cells):
            raise ValueError(
                "Some cells return tuples of states, but the flag state_is_tuple is not set. "
                f"State sizes are: {[cell.state_size for cell in cells]}"
            )

    @property
    def state_size(self) -> Any:
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        return self._cells[-1].output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The cells' zero states."""
        with name_scope(type(self).__name__ + "ZeroState"):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return super().zero_state(batch_size, dtype)

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        """One step of all cells: the last one's output and all states."""
        if self._state_is_tuple and (not nest.is_nested(state) or len(state) != len(self._cells)):
            raise ValueError(f"Expected state to be a tuple of length {len(self._cells)}, but received: {state}")
        new_states = []
        begin = 0
        for index, cell in enumerate(self._cells):
            with variable_scope(f"cell_{index}"):
                if self._state_is_tuple:
                    part = state[index]
                else:
                    part = slice_(state, [0, begin], [-1, cell.state_size])
                    begin += cell.state_size
                inputs, new_state = cell(inputs, part)
                new_states.append(new_state)
        return inputs, tuple(new_states) if self._state_is_tuple else concat(new_states, 1)

    # A cell's variables are in the order of the cells, once per place: what get_variable made inside is theirs.
    @property
    def trainable_weights(self) -> list[Any]:
        if not self.trainable:
            return []
        return [weight for cell in self._layers() for weight in cell.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Any]:
        fixed = [weight for cell in self._layers() for weight in cell.non_trainable_weights]
        if self.trainable:
            return fixed
        return [weight for cell in self._layers() for weight in cell.trainable_weights] + fixed

    def _layers(self) -> list[Layer]:
        return [cell for cell in self._cells if isinstance(cell, Layer)]

"""Cells around a cell (API: tf.nn.rnn_cell.ResidualWrapper, DeviceWrapper)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from convflow.core import nest
from convflow.graph.operation import Tensor
from convflow.graph.scopes import device as device_scope
from convflow.graph.scopes import name_scope
from convflow.modeling.recurrent.cell import RNNCell, check_cell


class CellWrapper(RNNCell):
    """A cell that has the sizes of another and calls it."""

    def __init__(self, cell: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        check_cell("cell", cell)
        self.cell = cell

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step of the wrapped cell, changed by the wrapper."""
        return self._step(inputs, state, lambda inputs, state: self.cell(inputs, state, scope=scope))

    def _step(self, inputs: Any, state: Any, call_cell: Callable[[Any, Any], Any]) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what it changes.")

    def _around_zero_state(self) -> AbstractContextManager[None]:
        return nullcontext()

    @property
    def wrapped_cell(self) -> Any:
        """The cell inside."""
        return self.cell

    @property
    def state_size(self) -> Any:
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        return self.cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The wrapped cell's zero state."""
        with name_scope(type(self).__name__ + "ZeroState"), self._around_zero_state():
            return self.cell.zero_state(batch_size, dtype)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"cell": self.cell}


class ResidualWrapper(CellWrapper):
    """The output is that of the cell plus its inputs (API: tf.nn.rnn_cell.ResidualWrapper; Wu et al., "Google's Neural
    Machine Translation System", 2016).

    Args:
        cell: the cell; its output has the shape of its inputs.
        residual_fn: a function of inputs and outputs that is used instead of the sum.

    Raises:
        ValueError: shapes or structures differ, when the cell is called.
    """

    def __init__(self, cell: Any, residual_fn: Callable[[Any, Any], Any] | None = None, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _step(self, inputs: Any, state: Any, call_cell: Callable[[Any, Any], Any]) -> Any:
        outputs, new_state = call_cell(inputs, state)
        return (self._residual_fn or _sums)(inputs, outputs), new_state

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"residual_fn": self._residual_fn}


def _sums(inputs: Any, outputs: Any) -> Any:
    nest.assert_same_structure(inputs, outputs)
    for one, other in zip(nest.flatten(inputs), nest.flatten(outputs), strict=True):
        one.shape.assert_is_compatible_with(other.shape)

    def total(one: Tensor, other: Tensor) -> Tensor:
        return one + other

    return nest.map_structure(total, inputs, outputs)


class DeviceWrapper(CellWrapper):
    """The cell's nodes are placed on a device (API: tf.nn.rnn_cell.DeviceWrapper).

    Args:
        cell: the cell.
        device: a device's name, e.g. "/cpu:0", or a function as `tf.device` takes it.
    """

    def __init__(self, cell: Any, device: Any, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._device = device

    def _around_zero_state(self) -> AbstractContextManager[None]:
        return device_scope(self._device)

    def _step(self, inputs: Any, state: Any, call_cell: Callable[[Any, Any], Any]) -> Any:
        with device_scope(self._device):
            return call_cell(inputs, state)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"device": self._device}

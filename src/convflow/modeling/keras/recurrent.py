"""Keras layers that go through sequences (API: tf.keras.layers.RNN, SimpleRNN, LSTM, GRU)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.keras import backend
from convflow.modeling.keras.base import Layer
from convflow.modeling.keras.recurrent_cells import (
    Cell,
    CuDNNGRUCell,
    CuDNNLSTMCell,
    GRUCell,
    LSTMCell,
    SimpleRNNCell,
    StackedRNNCells,
    zero_states,
)
from convflow.modeling.keras.rnn_loop import rnn
from convflow.modeling.layers import structure
from convflow.modeling.layers.input_spec import InputSpec
from convflow.modeling.variables.variable import Variable
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import shape as shape_of

State = list[Any]


class RNN(Layer):
    """Goes through (batch, steps, features) with a cell, and returns the last output or all (API: tf.keras.layers.RNN).

    Args:
        cell: has `state_size` and a `call(inputs, states)` that returns the output and the new states; or a list of
            such.
        return_sequences: all outputs, (batch, steps, units); else the last, (batch, units).
        return_state: the last states too.
        go_backwards: begin with the last step.
        stateful: a batch begins with the states that the batch before has left; its size must be known.
        unroll: the steps as nodes of their own instead of a loop.
        time_major: inputs and outputs are (steps, batch, ...).

    Raises:
        ValueError: no cell.
    """

    _asks_learning_phase: ClassVar[bool] = True
    supports_masking = True

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        time_major: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        if not hasattr(cell, "call") or not hasattr(cell, "state_size"):
            raise ValueError(f"`cell` should have a `call` method and a `state_size`. The RNN was passed: {cell!r}")
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.unroll, self.time_major = go_backwards, unroll, time_major
        self.stateful = stateful
        self._state_variables: list[Variable] = []
        self._state_count = 0

    def build(self, input_shape: Any) -> None:
        shape = as_shape(input_shape[0] if isinstance(input_shape, list) else input_shape)
        if isinstance(self.cell, Layer) and not self.cell.built:
            # Its variables stand in this layer's scope.
            self.cell._dtype = self.cell._dtype or self._dtype
            self.cell.build(TensorShape([shape[1 if self.time_major else 0], *shape[2:].as_list()]))
            self.cell.built = True
        self.built = True

    def __call__(self, inputs: Any, initial_state: Any = None, constants: Any = None, **kwargs: Any) -> Any:
        """The outputs for a sequence, beginning with zeros unless `initial_state` is given."""
        if isinstance(inputs, (list, tuple)):
            inputs, initial_state = inputs[0], initial_state or list(inputs[1:]) or None
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        if constants is not None:
            kwargs["constants"] = constants
        return super().__call__(inputs, **kwargs)

    def call(
        self, inputs: Tensor, mask: Any = None, training: Any = None, initial_state: Any = None, constants: Any = None
    ) -> Any:
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        for reset in ("reset_dropout_mask", "reset_recurrent_dropout_mask"):
            getattr(self.cell, reset, lambda: None)()
        first = self._first_states(inputs, initial_state)
        count = len(first)
        self._state_count = count

        def step(x: Any, states: State) -> Any:
            extra = {} if constants is None else {"constants": states[count:]}
            output, new = self.cell(x, states[:count], **extra)
            return output, list(new) if isinstance(new, (list, tuple)) else [new]

        last, outputs, states = rnn(
            step, inputs, first, self.go_backwards, mask, constants, self.unroll, time_major=self.time_major
        )
        if self.stateful:
            updates = [old.assign(new) for old, new in zip(self._state_variables, states, strict=True)]
            self.add_update(updates)
        output = outputs if self.return_sequences else identity(last)
        self._set_sizes(output, inputs)
        if not self.return_state:
            return output
        states = [identity(state) for state in states]
        return [output, *(self.cell.nested(states) if isinstance(self.cell, StackedRNNCells) else states)]

    def _set_sizes(self, output: Any, inputs: Tensor) -> None:
        batch, steps = (1, 0) if self.time_major else (0, 1)
        sizes = [inputs.shape[batch], inputs.shape[steps]] if batch < steps else [inputs.shape[0], inputs.shape[1]]
        rest = output.shape[2 if self.return_sequences else 1 :].as_list()
        output.set_shape([*(sizes if self.return_sequences else [inputs.shape[batch]]), *rest])

    def _first_states(self, inputs: Tensor, given: Any) -> State:
        if given is not None:
            return list(structure.flat(given))
        if self.stateful:
            self._make_state_variables(inputs)
            return [variable.read_value() for variable in self._state_variables]
        return self.get_initial_state(inputs)

    def get_initial_state(self, inputs: Any) -> State:
        """Zeros for each state of the cell."""
        batch = 1 if self.time_major else 0
        sizes: Any = shape_of(inputs)
        if hasattr(self.cell, "get_initial_state"):
            found = self.cell.get_initial_state(inputs=None, batch_size=sizes[batch], dtype=inputs.dtype)
        else:
            found = zero_states(self.cell, sizes[batch], inputs.dtype)
        found = list(found) if isinstance(found, (list, tuple)) else [found]
        for state in found:
            state.set_shape([inputs.shape[batch], *state.shape[1:].as_list()])
        return found

    # States that stay

    def _make_state_variables(self, inputs: Tensor) -> None:
        if self._state_variables:
            return
        batch = inputs.shape[1 if self.time_major else 0].value
        if batch is None:
            raise ValueError(
                "If a RNN is stateful, it needs to know its batch size. Specify the batch size of your input tensors: "
                "pass batch_input_shape to the first layer, or batch_shape to Input."
            )
        for shape in self._state_shapes(batch, inputs):
            zeros: Any = np.zeros(shape, inputs.dtype.base_dtype.as_numpy_dtype)
            with name_scope(None):
                made = Variable(zeros, trainable=False, use_resource=True, name=f"{self.name}/state", collections=[])
            self._state_variables.append(backend.track(made))

    def _state_shapes(self, batch: int, inputs: Tensor) -> list[Any]:
        return [[batch, *state.shape[1:].as_list()] for state in self.get_initial_state(inputs)]

    @property
    def states(self) -> Any:
        """The states that stay; None each before there are any."""
        return self._state_variables or [None] * max(self._state_count, 1)

    def reset_states(self, states: Any = None) -> None:
        """Begin with zeros again, or with given arrays (API: tf.keras.layers.RNN.reset_states).

        Raises:
            AttributeError: the layer is not stateful. ValueError: other numbers or shapes of states.
        """
        if not self.stateful:
            raise AttributeError("Layer must be stateful.")
        own = self._state_variables
        if states is None:
            values: list[Any] = [np.zeros([size or 0 for size in variable.shape.as_list()]) for variable in own]
        else:
            values = list(states) if isinstance(states, (list, tuple)) else [states]
        if len(values) != len(own):
            raise ValueError(
                f"Layer {self.name} expects {len(own)} states, but it received {len(values)} state values."
            )
        for variable, value in zip(own, values, strict=True):
            if tuple(variable.shape.as_list()) != np.shape(value):
                raise ValueError(
                    f"State of layer {self.name} is incompatible: expected shape={tuple(variable.shape.as_list())}, "
                    f"found shape={np.shape(value)}"
                )
        backend.batch_set_value(zip(own, values, strict=True))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        output = mask if self.return_sequences else None
        return [output, *([None] * max(self._state_count, 1))] if self.return_state else output

    def get_config(self) -> dict[str, Any]:
        cell = {"class_name": type(self.cell).__name__, "config": self.cell.get_config()}
        return super().get_config() | self._loop_config() | {"cell": cell}

    def _loop_config(self) -> dict[str, Any]:
        names = "return_sequences return_state go_backwards stateful unroll"
        return {name: getattr(self, name) for name in names.split()} | ({"time_major": True} if self.time_major else {})


def _of_cell(name: str) -> Any:
    return property(lambda self: getattr(self.cell, name), doc=f"The cell's {name}.")


class _WithCell(RNN):
    """A layer of one kind of cell; it takes the cell's arguments and the layer's.

    Args:
        args, kwargs: of the cell, then those of `RNN`; and `activity_regularizer`.
    """

    cell_class: ClassVar[type[Cell]]
    # Of the constructor, in the order in which they may be given without their names.
    order: ClassVar[Sequence[str]] = (
        "units", "activation", "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer",
        "bias_initializer",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if len(args) > len(self.order):
            raise TypeError(
                f"{type(self).__name__} takes {len(self.order)} arguments without names, got {len(args)}: name the "
                "others."
            )
        kwargs = {**dict(zip(self.order, args, strict=False)), **kwargs}
        loop = {name: kwargs.pop(name) for name in _LOOP_ARGUMENTS if name in kwargs}
        layer = {name: kwargs.pop(name) for name in list(kwargs) if name in _LAYER_ARGUMENTS}
        made = self.cell_class(**kwargs)
        super().__init__(made, **loop, **layer)
        self.input_spec = InputSpec(ndim=3)

    units = _of_cell("units")
    activation = _of_cell("activation")
    recurrent_activation = _of_cell("recurrent_activation")
    use_bias = _of_cell("use_bias")
    dropout = _of_cell("dropout")
    recurrent_dropout = _of_cell("recurrent_dropout")

    def get_config(self) -> dict[str, Any]:
        return Layer.get_config(self) | self._loop_config() | self.cell.own_config()


_LOOP_ARGUMENTS = (
    "return_sequences", "return_state", "go_backwards", "stateful", "unroll", "time_major",
)  # fmt: skip
_LAYER_ARGUMENTS = (
    "name", "trainable", "dtype", "activity_regularizer", "input_shape", "batch_input_shape", "input_dim",
    "input_length", "batch_size", "weights",
)  # fmt: skip


class SimpleRNN(_WithCell):
    """activation(x * kernel + h * recurrent_kernel + bias) (API: tf.keras.layers.SimpleRNN)."""

    cell_class = SimpleRNNCell
    order = (
        "units", "activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer",
    )  # fmt: skip


class LSTM(_WithCell):
    """Long short-term memory (API: tf.keras.layers.LSTM; Hochreiter and Schmidhuber 1997). Arguments: `LSTMCell`'s."""

    cell_class: ClassVar[type[Cell]] = LSTMCell
    order = (*_WithCell.order, "unit_forget_bias")
    unit_forget_bias = _of_cell("unit_forget_bias")


class GRU(_WithCell):
    """Gated recurrent units (API: tf.keras.layers.GRU; Cho et al. 2014). Arguments: `GRUCell`'s."""

    cell_class: ClassVar[type[Cell]] = GRUCell
    reset_after = _of_cell("reset_after")


class CuDNNLSTM(LSTM):
    """`LSTM` as CuDNN computes it, with sigmoid gates and two vectors of biases (API: tf.keras.layers.CuDNNLSTM).

    It runs on any device here. Weights are those of `tf.keras.layers.CuDNNLSTM`.
    """

    cell_class = CuDNNLSTMCell
    order = ("units", "kernel_initializer", "recurrent_initializer", "bias_initializer", "unit_forget_bias")


class CuDNNGRU(GRU):
    """`GRU` as CuDNN computes it: sigmoid gates, reset after the product (API: tf.keras.layers.CuDNNGRU).

    It runs on any device here. Weights are those of `tf.keras.layers.CuDNNGRU`.
    """

    cell_class = CuDNNGRUCell
    order = ("units", "kernel_initializer", "recurrent_initializer", "bias_initializer")

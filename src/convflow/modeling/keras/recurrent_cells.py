"""One step of a recurrent layer (API: tf.keras.layers.SimpleRNNCell, LSTMCell, GRUCell, StackedRNNCells)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.keras import activations
from convflow.modeling.keras.base import Layer
from convflow.modeling.layers import utils
from convflow.modeling.variables import by_name
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like, zeros
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack
from convflow.ops.control_flow import smart_cond
from convflow.ops.dropout import dropout
from convflow.ops.math.matmul import matmul

State = list[Any]


def zero_states(cell: Any, batch_size: Any, dtype: Any) -> State:
    """Zeros for each state of a cell, (batch,) and the state's size."""

    def zero(size: Any) -> Any:
        sizes = as_shape(size).as_list() if isinstance(size, (TensorShape, list, tuple)) else [int(size)]
        found = zeros(stack([batch_size, *sizes]), dtypes.as_dtype(dtype))
        known = batch_size if isinstance(batch_size, int) else None
        found.set_shape([known, *sizes])
        return found

    if isinstance(cell, StackedRNNCells):
        return [state for inner in cell.cells for state in zero_states(inner, batch_size, dtype)]
    return [zero(size) for size in _sizes(cell)]


class AbstractRNNCell(Layer):
    """What a cell of the program's own is (API: tf.keras.layers.AbstractRNNCell).

    Subclasses give `state_size`, `output_size` and `call(inputs, states)`, which returns the output and new states.
    """

    def call(self, inputs: Any, states: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what a step is: override call.")

    @property
    def state_size(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say how large its states are: override state_size.")

    @property
    def output_size(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say how large its output is: override output_size.")

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> State:
        """Zeros (API: tf.keras.layers.AbstractRNNCell.get_initial_state)."""
        if inputs is not None:
            batch_size, dtype = shape_of(inputs)[0], inputs.dtype
        return zero_states(self, batch_size, dtype)


class Cell(Layer):
    """A cell with an input matrix, a state matrix and a vector, and dropout that is the same at each step.

    Args:
        units: the output's size.
        activation, recurrent_activation: of the output, and of gates.
        use_bias: whether a trained vector is added.
        kernel_initializer, recurrent_initializer, bias_initializer, and _regularizer, _constraint: of the variables.
        dropout, recurrent_dropout: the parts of the input and of the last output that are zero while learning.
    """

    gates: ClassVar[int]
    states: ClassVar[int] = 1
    _asks_learning_phase: ClassVar[bool] = True

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "hard_sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("implementation", None)
        super().__init__(**kwargs)
        self.units = utils.positive_int(units, "units")
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.settings = {
            "kernel": (kernel_initializer, kernel_regularizer, kernel_constraint),
            "recurrent": (recurrent_initializer, recurrent_regularizer, recurrent_constraint),
            "bias": (bias_initializer, bias_regularizer, bias_constraint),
        }
        self.dropout, self.recurrent_dropout = dropout, recurrent_dropout
        # The masks of the sequence at hand, by whether they are of the input or the state.
        self._masks: dict[str, Any] = {}

    @property
    def state_size(self) -> Any:
        return self.units if self.states == 1 else [self.units] * self.states

    @property
    def output_size(self) -> int:
        return self.units

    def build(self, input_shape: Any) -> None:
        features, width = as_shape(input_shape)[-1].value, self.gates * self.units
        self.kernel = self._take("kernel", "kernel", (features, width))
        self.recurrent_kernel = self._take("recurrent_kernel", "recurrent", (self.units, width))
        self.bias = self._take("bias", "bias", self._bias_shape(width)) if self.use_bias else None
        self.built = True

    def _bias_shape(self, width: int) -> tuple[int, ...]:
        return (width,)

    def _take(self, name: str, kind: str, shape: tuple[Any, ...]) -> Any:
        initializer, regularizer, constraint = self.settings[kind]
        return self.add_weight(name, shape, initializer=initializer, regularizer=regularizer, constraint=constraint)

    def reset_dropout_mask(self) -> None:
        """Draw another mask for the next input."""
        self._masks.pop("input", None)

    def reset_recurrent_dropout_mask(self) -> None:
        """Draw another mask for the next state."""
        self._masks.pop("state", None)

    def _dropped(self, kind: str, value: Any, rate: float, training: Any) -> Any:
        if not rate:
            return value
        if kind not in self._masks:
            ones = ones_like(value)
            self._masks[kind] = smart_cond(
                False if training is None else training, lambda: dropout(ones, rate=rate), lambda: identity(ones)
            )
        return value * self._masks[kind]

    def call(self, inputs: Tensor, states: Any, training: Any = None) -> Any:
        old = list(states) if isinstance(states, (list, tuple)) else [states]
        x = self._dropped("input", inputs, self.dropout, training)
        output = self._dropped("state", old[0], self.recurrent_dropout, training)
        new = self.step(x, [output, *old[1:]], old)
        return new[0], new

    def step(self, x: Any, state: State, old: State) -> State:
        """The next state; its first part is the output.

        Args:
            x: the step's input, (batch, features).
            state: the output before, with dropout, and the other states.
            old: the same without.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what a step is.")

    def _of_input(self, x: Any) -> Any:
        product: Any = matmul(x, self.kernel)
        return product if self.bias is None else product + self.bias

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> State:
        """Zeros (API: tf.keras.layers.LSTMCell.get_initial_state)."""
        if inputs is not None:
            batch_size, dtype = shape_of(inputs)[0], inputs.dtype
        return zero_states(self, batch_size, dtype)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | self.own_config()

    def own_config(self) -> dict[str, Any]:
        """The arguments that a layer of this cell takes too."""
        own: dict[str, Any] = {
            "units": self.units, "activation": activations.serialize(self.activation),
            "recurrent_activation": activations.serialize(self.recurrent_activation), "use_bias": self.use_bias,
            "dropout": self.dropout, "recurrent_dropout": self.recurrent_dropout,
        }  # fmt: skip
        for kind, values in self.settings.items():
            for what, value in zip(("initializer", "regularizer", "constraint"), values, strict=True):
                own[f"{kind}_{what}"] = by_name.serialize(value) if callable(value) else value
        return own


class SimpleRNNCell(Cell):
    """activation(x * kernel + h * recurrent_kernel + bias) (API: tf.keras.layers.SimpleRNNCell).

    Args:
        units: the size of the output.
        activation: of the output; "tanh" by default.
        use_bias: whether a trained vector is added.
        kernel_initializer, recurrent_initializer, bias_initializer, and _regularizer, _constraint: of the variables.
        dropout, recurrent_dropout: the parts of the input and of the last output that are zero while learning.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).

    Raises:
        ValueError: `units` is no positive whole number.
    """

    gates = 1

    def __init__(self, units: int, activation: Any = "tanh", use_bias: bool = True, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("recurrent_activation", None)
        super().__init__(units, activation, "linear", use_bias, *args, **kwargs)

    def step(self, x: Any, state: State, old: State) -> State:
        return [self.activation(self._of_input(x) + matmul(state[0], self.recurrent_kernel))]

    def own_config(self) -> dict[str, Any]:
        config = super().own_config()
        del config["recurrent_activation"]
        return config


class LSTMCell(Cell):
    """Long short-term memory, gates in the order input, forget, cell, output (API: tf.keras.layers.LSTMCell).

    Hochreiter and Schmidhuber 1997. `unit_forget_bias`: the forget gate's bias begins at 1.

    Args:
        units: the size of output and memory.
        activation: of the output; "tanh" by default.
        recurrent_activation: of the gates; "hard_sigmoid" by default.
        use_bias: whether a trained vector is added.
        kernel_initializer, recurrent_initializer, bias_initializer, and _regularizer, _constraint: of the variables.
        dropout, recurrent_dropout: the parts of the input and of the last output that are zero while learning.
        unit_forget_bias: whether the forget gate's bias begins at 1.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).

    Raises:
        ValueError: `units` is no positive whole number.
    """

    gates, states = 4, 2

    def __init__(self, *args: Any, unit_forget_bias: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_forget_bias = unit_forget_bias

    def _take(self, name: str, kind: str, shape: tuple[Any, ...]) -> Any:
        if kind != "bias" or not self.unit_forget_bias:
            return super()._take(name, kind, shape)
        initializer, regularizer, constraint = self.settings["bias"]
        plain, units = utils.initializer(initializer), self.units

        def with_ones(shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
            ones = utils.ONES([units], dtype=dtype)
            return concat([plain([units], dtype=dtype), ones, plain([2 * units], dtype=dtype)], 0)

        return self.add_weight(name, shape, initializer=with_ones, regularizer=regularizer, constraint=constraint)

    def step(self, x: Any, state: State, old: State) -> State:
        values: Any = self._of_input(x) + matmul(state[0], self.recurrent_kernel)
        i, f, c, o = split(values, 4, axis=1)
        gate = self.recurrent_activation
        cell = gate(f) * state[1] + gate(i) * self.activation(c)
        return [gate(o) * self.activation(cell), cell]

    def own_config(self) -> dict[str, Any]:
        return super().own_config() | {"unit_forget_bias": self.unit_forget_bias}


class GRUCell(Cell):
    """Gated recurrent units, gates in the order update, reset, candidate (API: tf.keras.layers.GRUCell).

    Cho et al. 2014, arXiv:1406.1078.

    Args:
        reset_after: the reset gate is applied to the product with the state matrix, which has a bias of its own, and
            not to the state (arXiv:1406.1078v1, and what CuDNN computes).
    """

    gates = 3

    def __init__(self, *args: Any, reset_after: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reset_after = reset_after

    def _bias_shape(self, width: int) -> tuple[int, ...]:
        return (2, width) if self.reset_after else (width,)

    def step(self, x: Any, state: State, old: State) -> State:
        if self.reset_after:
            return self._step_after(x, state, old)
        update, reset, candidate = split(self._of_input(x), 3, axis=1)
        own = split(self.recurrent_kernel, 3, axis=1)
        z = self.recurrent_activation(update + matmul(state[0], own[0]))
        r = self.recurrent_activation(reset + matmul(state[0], own[1]))
        h = self.activation(candidate + matmul(r * state[0], own[2]))
        return [z * old[0] + (1 - z) * h]

    def _step_after(self, x: Any, state: State, old: State) -> State:
        of_input: Any = matmul(x, self.kernel)
        of_state: Any = matmul(state[0], self.recurrent_kernel)
        if self.bias is not None:
            biases = split(self.bias, 2, axis=0)
            of_input = of_input + reshape(biases[0], [-1])
            of_state = of_state + reshape(biases[1], [-1])
        update, reset, candidate = split(of_input, 3, axis=1)
        own = split(of_state, 3, axis=1)
        z = self.recurrent_activation(update + own[0])
        r = self.recurrent_activation(reset + own[1])
        return [z * old[0] + (1 - z) * self.activation(candidate + r * own[2])]

    def own_config(self) -> dict[str, Any]:
        return super().own_config() | {"reset_after": self.reset_after}


class CuDNNLSTMCell(LSTMCell):
    """The step of `CuDNNLSTM`: the biases of input and state one after the other in one vector."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, recurrent_activation="sigmoid", **kwargs)

    def _bias_shape(self, width: int) -> tuple[int, ...]:
        return (2 * width,)

    def _take(self, name: str, kind: str, shape: tuple[Any, ...]) -> Any:
        if kind != "bias" or not self.unit_forget_bias:
            return Cell._take(self, name, kind, shape)
        initializer, regularizer, constraint = self.settings["bias"]
        plain, units = utils.initializer(initializer), self.units

        def with_ones(shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
            ones = utils.ONES([units], dtype=dtype)
            return concat([plain([5 * units], dtype=dtype), ones, plain([2 * units], dtype=dtype)], 0)

        return self.add_weight(name, shape, initializer=with_ones, regularizer=regularizer, constraint=constraint)

    def _of_input(self, x: Any) -> Any:
        of_input, of_state = split(self.bias, 2, axis=0)
        product: Any = matmul(x, self.kernel)
        return product + of_input + of_state

    def own_config(self) -> dict[str, Any]:
        config = super().own_config()
        return {name: value for name, value in config.items() if name not in _FIXED}


class CuDNNGRUCell(GRUCell):
    """The step of `CuDNNGRU`: the biases of input and state one after the other in one vector."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, recurrent_activation="sigmoid", reset_after=True, **kwargs)

    def _bias_shape(self, width: int) -> tuple[int, ...]:
        return (2 * width,)

    def own_config(self) -> dict[str, Any]:
        config = super().own_config()
        return {name: value for name, value in config.items() if name not in _FIXED}


# What CuDNN does not let choose.
_FIXED = ("activation", "recurrent_activation", "use_bias", "dropout", "recurrent_dropout", "reset_after")


class StackedRNNCells(Layer):
    """Cells one after the other as one cell (API: tf.keras.layers.StackedRNNCells).

    Args:
        cells: the first takes the input, each other the output of the one before.
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            if not hasattr(cell, "call") or not hasattr(cell, "state_size"):
                raise ValueError(f"All cells must have a `call` method and a `state_size`. Received: {cell!r}")
        self.cells = list(cells)

    @property
    def state_size(self) -> tuple[Any, ...]:
        return tuple(cell.state_size for cell in self.cells)

    def nested(self, states: State) -> State:
        """States one after the other as a list for each cell that has several."""
        found, left = [], list(states)
        for cell in self.cells:
            count = len(_sizes(cell))
            found.append(left[:count] if isinstance(cell.state_size, (list, tuple)) else left[0])
            left = left[count:]
        return found

    @property
    def output_size(self) -> Any:
        last = self.cells[-1]
        return getattr(last, "output_size", _sizes(last)[0])

    def build(self, input_shape: Any) -> None:
        shape = as_shape(input_shape)
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(shape)
                cell.built = True
            size = getattr(cell, "output_size", _sizes(cell)[0])
            shape = TensorShape([shape[0], *as_shape([size] if isinstance(size, int) else size).as_list()])
        self.built = True

    def call(self, inputs: Any, states: Any, **kwargs: Any) -> Any:
        left: State = list(states)
        new: State = []
        for cell in self.cells:
            count = len(_sizes(cell))
            inputs, own = cell(inputs, left[:count], **kwargs)
            left, new = left[count:], [*new, *own]
        return inputs, new

    def reset_dropout_mask(self) -> None:
        for cell in self.cells:
            if hasattr(cell, "reset_dropout_mask"):
                cell.reset_dropout_mask()

    def reset_recurrent_dropout_mask(self) -> None:
        for cell in self.cells:
            if hasattr(cell, "reset_recurrent_dropout_mask"):
                cell.reset_recurrent_dropout_mask()

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> State:
        """Zeros for all cells."""
        if inputs is not None:
            batch_size, dtype = shape_of(inputs)[0], inputs.dtype
        return zero_states(self, batch_size, dtype)

    def get_config(self) -> dict[str, Any]:
        cells = [{"class_name": type(cell).__name__, "config": cell.get_config()} for cell in self.cells]
        return super().get_config() | {"cells": cells}


def _sizes(cell: Any) -> list[Any]:
    sizes = cell.state_size
    return list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]

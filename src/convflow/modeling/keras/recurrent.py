"""Keras layers that go through sequences (API: tf.keras.layers.SimpleRNN, LSTM, GRU)."""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.functional import scan
from convflow.modeling.keras import activations
from convflow.modeling.keras.base import Layer
from convflow.modeling.layers import utils
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import fill, ones_like
from convflow.ops.array.identity import identity
from convflow.ops.array.reverse import reverse
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack, unstack
from convflow.ops.array.transpose import transpose
from convflow.ops.control_flow import smart_cond
from convflow.ops.dropout import dropout
from convflow.ops.math.matmul import matmul

State = list[Any]


class Recurrent(Layer):
    """Goes through (batch, steps, features), and returns the last output or all.

    Args:
        units: the output's size.
        activation, recurrent_activation: of the output, and of gates.
        use_bias: whether a trained vector is added.
        kernel_initializer, recurrent_initializer, bias_initializer, and _regularizer, _constraint: of the variables.
        dropout, recurrent_dropout: the parts of the input and of the last output that are zero while learning, the same
            at each step.
        return_sequences: all outputs, (batch, steps, units); else the last, (batch, units).
        return_state: the last state too.
        go_backwards: begin with the last step.
        unroll: the steps as nodes of their own instead of a loop.
        stateful: must be False.
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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        if stateful:
            raise NotImplementedError(f"{type(self).__name__}: stateful=True is not there; pass initial_state.")
        for unused in ("implementation", "time_major"):
            kwargs.pop(unused, None)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = utils.positive_int(units, "units")
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self._variables = {
            "kernel": (kernel_initializer, kernel_regularizer, kernel_constraint),
            "recurrent_kernel": (recurrent_initializer, recurrent_regularizer, recurrent_constraint),
            "bias": (bias_initializer, bias_regularizer, bias_constraint),
        }
        self.dropout, self.recurrent_dropout = dropout, recurrent_dropout
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.unroll = go_backwards, unroll
        self.input_spec = InputSpec(ndim=3)

    def build(self, input_shape: Any) -> None:
        shape = as_shape(input_shape[0] if isinstance(input_shape, list) else input_shape)
        features, width = shape[-1].value, self.gates * self.units
        self.kernel = self._take("kernel", (features, width))
        self.recurrent_kernel = self._take("recurrent_kernel", (self.units, width))
        self.bias = self._take("bias", (width,)) if self.use_bias else None
        self.built = True

    def _take(self, name: str, shape: tuple[Any, ...]) -> Any:
        initializer, regularizer, constraint = self._variables[name]
        return self.add_weight(name, shape, initializer=initializer, regularizer=regularizer, constraint=constraint)

    def __call__(self, inputs: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        """The outputs for a sequence, beginning with zeros unless `initial_state` is given."""
        if isinstance(inputs, (list, tuple)):
            inputs, initial_state = inputs[0], initial_state or list(inputs[1:]) or None
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        return super().__call__(inputs, **kwargs)

    def call(self, inputs: Tensor, training: Any = None, initial_state: Any = None) -> Any:
        first = self._first_state(inputs, initial_state)
        masks = self._mask(inputs[:, 0], self.dropout, training), self._mask(first[0], self.recurrent_dropout, training)
        steps = transpose(inputs, [1, 0, 2])
        if self.go_backwards:
            steps = reverse(steps, [0])

        def step(state: Any, x: Any) -> Any:
            x = x if masks[0] is None else x * masks[0]
            output = state[0] if masks[1] is None else state[0] * masks[1]
            return self.step(x, [output, *state[1:]], list(state))

        if self.unroll:
            found = [first]
            for x in unstack(steps):
                found.append(step(found[-1], x))
            outputs, last = stack([state[0] for state in found[1:]]), found[-1]
        else:
            every = scan(step, steps, initializer=first)
            outputs, last = every[0], [states[-1] for states in every]
        sequence = transpose(outputs, [1, 0, 2])
        sequence.set_shape([inputs.shape[0], inputs.shape[1], self.units])
        output = sequence if self.return_sequences else identity(last[0])
        output.set_shape(
            [inputs.shape[0], inputs.shape[1], self.units] if self.return_sequences else [inputs.shape[0], self.units]
        )
        return [output, *map(identity, last)] if self.return_state else output

    def _first_state(self, inputs: Tensor, given: Any) -> State:
        if given is not None:
            return list(given) if isinstance(given, (list, tuple)) else [given]
        sizes: Any = shape_of(inputs)
        zero = fill(stack([sizes[0], self.units]), 0.0)
        zero.set_shape([inputs.shape[0], self.units])
        return [zero] * self.states

    def _mask(self, like: Any, rate: float, training: Any) -> Any:
        if not rate:
            return None
        ones = ones_like(like)
        return smart_cond(training, lambda: dropout(ones, rate=rate), lambda: identity(ones))

    def step(self, x: Any, state: State, old: State) -> State:
        """The next state.

        Args:
            x: the step's input, (batch, features).
            state: the output before, with dropout, and the other states.
            old: the same without.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what a step is.")

    def _of_input(self, x: Any) -> Any:
        product: Any = matmul(x, self.kernel)
        return product if self.bias is None else product + self.bias

    def get_config(self) -> dict[str, Any]:
        names = (
            "units activation recurrent_activation use_bias dropout recurrent_dropout return_sequences return_state "
            "go_backwards unroll"
        )
        own = {name: getattr(self, name) for name in names.split()}
        own |= {name: activations.serialize(own[name]) for name in ("activation", "recurrent_activation")}
        return super().get_config() | own


class SimpleRNN(Recurrent):
    """activation(x * kernel + h * recurrent_kernel + bias) (API: tf.keras.layers.SimpleRNN)."""

    gates = 1

    def __init__(self, units: int, activation: Any = "tanh", use_bias: bool = True, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("recurrent_activation", None)
        super().__init__(units, activation, "linear", use_bias, *args, **kwargs)

    def step(self, x: Any, state: State, old: State) -> State:
        return [self.activation(self._of_input(x) + matmul(state[0], self.recurrent_kernel))]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["recurrent_activation"]
        return config


class LSTM(Recurrent):
    """Long short-term memory, gates in the order input, forget, cell, output (API: tf.keras.layers.LSTM).

    Hochreiter and Schmidhuber 1997. `unit_forget_bias`: the forget gate's bias begins at 1.
    """

    gates, states = 4, 2

    def __init__(self, *args: Any, unit_forget_bias: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_forget_bias = unit_forget_bias
        if unit_forget_bias:
            initializer, regularizer, constraint = self._variables["bias"]
            self._variables["bias"] = (self._with_forget_ones(initializer), regularizer, constraint)

    def _with_forget_ones(self, initializer: Any) -> Any:
        plain, units = utils.initializer(initializer), self.units

        def made(shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
            ones = utils.ONES([units], dtype=dtype)
            return concat([plain([units], dtype=dtype), ones, plain([2 * units], dtype=dtype)], 0)

        return made

    def step(self, x: Any, state: State, old: State) -> State:
        values: Any = self._of_input(x) + matmul(state[0], self.recurrent_kernel)
        i, f, c, o = split(values, 4, axis=1)
        gate = self.recurrent_activation
        cell = gate(f) * state[1] + gate(i) * self.activation(c)
        return [gate(o) * self.activation(cell), cell]

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"unit_forget_bias": self.unit_forget_bias}


class GRU(Recurrent):
    """Gated recurrent units, gates in the order update, reset, candidate (API: tf.keras.layers.GRU).

    Cho et al. 2014, arXiv:1406.1078.
    """

    gates = 3

    def __init__(self, *args: Any, reset_after: bool = False, **kwargs: Any) -> None:
        if reset_after:
            raise NotImplementedError("tf.keras.layers.GRU: reset_after=True is not there; leave it out.")
        super().__init__(*args, **kwargs)

    def step(self, x: Any, state: State, old: State) -> State:
        update, reset, candidate = split(self._of_input(x), 3, axis=1)
        own = split(self.recurrent_kernel, 3, axis=1)
        z = self.recurrent_activation(update + matmul(state[0], own[0]))
        r = self.recurrent_activation(reset + matmul(state[0], own[1]))
        h = self.activation(candidate + matmul(r * state[0], own[2]))
        return [z * old[0] + (1 - z) * h]

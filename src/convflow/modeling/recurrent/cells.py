"""Cells whose state is one vector (API: tf.nn.rnn_cell.BasicRNNCell, GRUCell)."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.input_spec import InputSpec
from convflow.modeling.recurrent.cell import LayerRNNCell, check_dtype, check_input_dtypes, input_depth
from convflow.modeling.variables import initializers
from convflow.ops.array.concat import concat
from convflow.ops.array.split import split
from convflow.ops.bias import bias_add
from convflow.ops.math.elementwise import sigmoid
from convflow.ops.math.matmul import matmul


class _VectorCell(LayerRNNCell):
    """What both cells share: as many units as the state and the output have numbers."""

    def __init__(self, num_units: int, activation: Any, reuse: Any, name: Any, dtype: Any, **kwargs: Any) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        check_dtype(self.dtype)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._set_activation(activation)

    @property
    def state_size(self) -> int:
        return self._num_units

    @property
    def output_size(self) -> int:
        return self._num_units

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "num_units": self._num_units,
            "activation": self._activation,
            "reuse": self._reuse,
        }


class BasicRNNCell(_VectorCell):
    """output = state = activation([inputs, state] * kernel + bias) (API: tf.nn.rnn_cell.BasicRNNCell; Elman, "Finding
    Structure in Time", 1990).

    Args:
        num_units: the size of state and output.
        activation: a function or its name, tanh by default.
        reuse: True to share variables that the scope has.
        name: the cell's name and scope.
        dtype: the type of the variables; by default that of the first input.
    """

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)

    def build(self, inputs_shape: Any) -> None:
        depth = input_depth(inputs_shape)
        check_dtype(self.dtype)
        units = self._num_units
        self._kernel = self.add_weight("kernel", [depth + units, units])
        self._bias = self.add_weight("bias", [units], initializer=initializers.Zeros(dtype=self.dtype))
        self.built = True

    def call(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Shapes (batch, input size) and (batch, num_units) to the output, twice."""
        check_input_dtypes(inputs, state)
        output = self._activation(bias_add(matmul(concat([inputs, state], 1), self._kernel), self._bias))
        return output, output


class GRUCell(_VectorCell):
    """Gated recurrent units (API: tf.nn.rnn_cell.GRUCell; Cho et al., "Learning Phrase Representations using RNN
    Encoder-Decoder for Statistical Machine Translation", 2014).

    reset, update = sigmoid([inputs, state] * gates + bias);
    state = update * state + (1 - update) * activation([inputs, reset * state] * candidate + bias).

    Args:
        num_units: the size of state and output.
        activation: a function or its name, tanh by default.
        reuse: True to share variables that the scope has.
        kernel_initializer: of both matrices; the scope's by default, then Glorot uniform.
        bias_initializer: of both biases; by default the gates' are 1 (the state is kept) and the candidate's 0.
        name: the cell's name and scope.
        dtype: the type of the variables; by default that of the first input.
    """

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        self._kernel_initializer = utils.initializer(kernel_initializer)
        self._bias_initializer = utils.initializer(bias_initializer)

    def build(self, inputs_shape: Any) -> None:
        rows = input_depth(inputs_shape) + self._num_units
        check_dtype(self.dtype)
        kept = initializers.Constant(1.0, dtype=self.dtype)
        fresh = initializers.Zeros(dtype=self.dtype)
        self._gate_kernel, self._gate_bias = self._weights("gates", rows, 2 * self._num_units, kept)
        self._candidate_kernel, self._candidate_bias = self._weights("candidate", rows, self._num_units, fresh)
        self.built = True

    def _weights(self, name: str, rows: int, columns: int, bias_initializer: Any) -> tuple[Any, Any]:
        kernel = self.add_weight(f"{name}/kernel", [rows, columns], initializer=self._kernel_initializer)
        if self._bias_initializer is not None:
            bias_initializer = self._bias_initializer
        return kernel, self.add_weight(f"{name}/bias", [columns], initializer=bias_initializer)

    def call(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Shapes (batch, input size) and (batch, num_units) to the new state, twice."""
        check_input_dtypes(inputs, state)
        gates = sigmoid(bias_add(matmul(concat([inputs, state], 1), self._gate_kernel), self._gate_bias))
        reset, update = split(value=gates, num_or_size_splits=2, axis=1)
        kept = reset * state
        candidate = bias_add(matmul(concat([inputs, kept], 1), self._candidate_kernel), self._candidate_bias)
        candidate = self._activation(candidate)
        new_state = update * state + (1 - update) * candidate
        return new_state, new_state

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "kernel_initializer": self._kernel_initializer,
            "bias_initializer": self._bias_initializer,
        }

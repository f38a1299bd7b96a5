"""Cells that read what CuDNN's networks have learned (API: tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell,
CudnnCompatibleGRUCell)."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.recurrent.block_cells import LSTMBlockCell
from convflow.modeling.recurrent.cell import check_dtype, check_input_dtypes, input_depth
from convflow.modeling.recurrent.cells import GRUCell
from convflow.modeling.variables import initializers
from convflow.ops.array.concat import concat
from convflow.ops.array.split import split
from convflow.ops.bias import bias_add
from convflow.ops.math.elementwise import sigmoid
from convflow.ops.math.matmul import matmul


class CudnnCompatibleLSTMCell(LSTMBlockCell):
    """An LSTM as `CudnnLSTM` computes it: no bias of the forget gate but the trained one (API:
    tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell).

    Under `tf.nn.rnn_cell.MultiRNNCell`, `tf.nn.dynamic_rnn` and the layer's scope it restores the layer's checkpoints.

    Args:
        num_units: the size of memory and output.
        reuse: True to share variables that the scope has.
    """

    def __init__(self, num_units: int, reuse: Any = None) -> None:
        super().__init__(
            num_units, forget_bias=0.0, cell_clip=None, use_peephole=False, reuse=reuse,
            name="cudnn_compatible_lstm_cell",
        )  # fmt: skip


class CudnnCompatibleGRUCell(GRUCell):
    """A GRU as `CudnnGRU` computes it: the state is reset after its product with a matrix, not before (API:
    tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell).

    Variables: gates/kernel and bias; candidate/input_projection/kernel and bias;
    candidate/hidden_projection/kernel and bias.

    Args:
        num_units: the size of state and output.
        reuse: True to share variables that the scope has.
        kernel_initializer: of the matrices; the scope's by default.
    """

    def __init__(self, num_units: int, reuse: Any = None, kernel_initializer: Any = None) -> None:
        super().__init__(
            num_units, reuse=reuse, kernel_initializer=kernel_initializer, name="cudnn_compatible_gru_cell"
        )
        self._kernel_initializer = utils.initializer(kernel_initializer)

    def build(self, inputs_shape: Any) -> None:
        depth, units = input_depth(inputs_shape), self._num_units
        check_dtype(self.dtype)
        kept = initializers.Constant(1.0, dtype=self.dtype)
        fresh = initializers.Zeros(dtype=self.dtype)
        self._gate_kernel, self._gate_bias = self._weights("gates", depth + units, 2 * units, kept)
        self._input_kernel, self._input_bias = self._weights("candidate/input_projection", depth, units, fresh)
        self._hidden_kernel, self._hidden_bias = self._weights("candidate/hidden_projection", units, units, fresh)
        self.built = True

    def call(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Shapes (batch, input size) and (batch, num_units) to the new state, twice."""
        check_input_dtypes(inputs, state)
        gates = sigmoid(bias_add(matmul(concat([inputs, state], 1), self._gate_kernel), self._gate_bias))
        reset, update = split(value=gates, num_or_size_splits=2, axis=1)
        of_state = bias_add(matmul(state, self._hidden_kernel), self._hidden_bias)
        of_inputs = bias_add(matmul(inputs, self._input_kernel), self._input_bias)
        candidate = self._activation(of_inputs + reset * of_state)
        new_state = update * state + (1 - update) * candidate
        return new_state, new_state

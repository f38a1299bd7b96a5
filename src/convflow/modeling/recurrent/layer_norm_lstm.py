"""An LSTM with layer normalization and recurrent dropout (API: tf.contrib.rnn.LayerNormBasicLSTMCell)."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.recurrent.cell import RNNCell
from convflow.modeling.recurrent.lstm import LSTMStateTuple
from convflow.modeling.variables import initializers
from convflow.modeling.variables.scope import get_variable, variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.split import split
from convflow.ops.bias import bias_add
from convflow.ops.dropout import dropout
from convflow.ops.math.arithmetic import add, multiply
from convflow.ops.math.elementwise import sigmoid, tanh
from convflow.ops.math.matmul import matmul
from convflow.ops.math.moments import moments
from convflow.ops.norm import batch_normalization

_EPSILON = 1e-12


class LayerNormBasicLSTMCell(RNNCell):
    """`BasicLSTMCell` whose gates and memory are normalized (API: tf.contrib.rnn.LayerNormBasicLSTMCell; Ba et al.,
    "Layer Normalization", 2016; Semeniuta et al., "Recurrent Dropout without Memory Loss", 2016).

    Args:
        num_units: the size of memory and output.
        forget_bias: added to the forget gate.
        input_size: deprecated and unused.
        activation: of the new input and the memory.
        layer_norm: whether to normalize; there is a bias where not.
        norm_gain, norm_shift: the first values of gamma and beta.
        dropout_keep_prob: of the new input, a number or a tensor.
        dropout_prob_seed: the dropout's seed.
        reuse: True to share variables that the scope has.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        input_size: Any = None,
        activation: Any = tanh,
        layer_norm: bool = True,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        dropout_keep_prob: Any = 1.0,
        dropout_prob_seed: Any = None,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._forget_bias = forget_bias
        self._activation = activation
        self._layer_norm = layer_norm
        self._norm = (norm_gain, norm_shift)
        self._keep_prob = dropout_keep_prob
        self._seed = dropout_prob_seed

    @property
    def state_size(self) -> LSTMStateTuple:
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        return self._num_units

    def call(self, inputs: Tensor, state: Any) -> tuple[Tensor, LSTMStateTuple]:
        """One step."""
        memory, hidden = state
        joined = concat([inputs, hidden], 1)
        kernel = get_variable("kernel", [joined.shape[-1].value, 4 * self._num_units], dtype=joined.dtype)
        gates = matmul(joined, kernel)
        if not self._layer_norm:
            gates = bias_add(gates, get_variable("bias", [4 * self._num_units], dtype=joined.dtype))
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=1)
        if self._layer_norm:
            i, j = self._normalized(i, "input"), self._normalized(j, "transform")
            f, o = self._normalized(f, "forget"), self._normalized(o, "output")
        new_input = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            new_input = dropout(new_input, self._keep_prob, seed=self._seed)
        kept = multiply(memory, sigmoid(add(f, self._forget_bias)))
        new_memory = add(kept, multiply(sigmoid(i), new_input))
        if self._layer_norm:
            new_memory = self._normalized(new_memory, "state")
        output = multiply(self._activation(new_memory), sigmoid(o))
        return output, LSTMStateTuple(new_memory, output)

    def _normalized(self, value: Tensor, scope: str) -> Tensor:
        shape = [value.shape[-1].value]
        with variable_scope(scope):
            gain, shift = (initializers.Constant(start, dtype=value.dtype) for start in self._norm)
            gamma = get_variable("gamma", shape, initializer=gain, dtype=value.dtype)
            beta = get_variable("beta", shape, initializer=shift, dtype=value.dtype)
        mean, variance = moments(value, [1], keep_dims=True)
        return batch_normalization(value, mean, variance, beta, gamma, _EPSILON)

"""LSTMs whose products are convolutions (API: tf.contrib.rnn.ConvLSTMCell; Shi et al., "Convolutional LSTM Network",
2015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.modeling.recurrent.cell import RNNCell
from convflow.modeling.recurrent.lstm import LSTMStateTuple
from convflow.modeling.variables import initializers
from convflow.modeling.variables.scope import get_variable
from convflow.ops.array.concat import concat
from convflow.ops.array.split import split
from convflow.ops.convolution import convolution
from convflow.ops.math.arithmetic import add, multiply
from convflow.ops.math.elementwise import sigmoid, tanh


class ConvLSTMCell(RNNCell):
    """An LSTM over pictures, volumes or sequences (API: tf.contrib.rnn.ConvLSTMCell).

    Args:
        conv_ndims: 1, 2 or 3.
        input_shape: of one input without the batch, conv_ndims sizes and the channels.
        output_channels: of memory and output.
        kernel_shape: of the filter, conv_ndims sizes.
        use_bias: whether there is a bias, called "biases".
        skip_connection: the output has the input's channels behind its own.
        forget_bias: added to the forget gate.
        initializers: accepted; TensorFlow's cell does not use it either.
        name: of the cell and its scope.

    Raises:
        ValueError: `input_shape` has another rank than `conv_ndims` says.
    """

    def __init__(
        self,
        conv_ndims: int,
        input_shape: Sequence[int],
        output_channels: int,
        kernel_shape: Sequence[int],
        use_bias: bool = True,
        skip_connection: bool = False,
        forget_bias: float = 1.0,
        initializers: Any = None,
        name: str = "conv_lstm_cell",
    ) -> None:
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise ValueError(
                f"Invalid input_shape {list(input_shape)} for conv_ndims={conv_ndims}: it has {conv_ndims} sizes and "
                "then the channels."
            )
        self._conv_ndims = conv_ndims
        self._input_shape = list(input_shape)
        self._channels = output_channels
        self._kernel_shape = list(kernel_shape)
        self._use_bias = use_bias
        self._skip_connection = skip_connection
        self._forget_bias = forget_bias

    @property
    def state_size(self) -> LSTMStateTuple:
        size = TensorShape([*self._input_shape[:-1], self._channels])
        return LSTMStateTuple(size, size)

    @property
    def output_size(self) -> TensorShape:
        channels = self._channels + (self._input_shape[-1] if self._skip_connection else 0)
        return TensorShape([*self._input_shape[:-1], channels])

    def call(self, inputs: Tensor, state: Any, scope: Any = None) -> tuple[Tensor, LSTMStateTuple]:
        """One step: that of `BasicLSTMCell`, with a convolution of input and output for the product."""
        memory, hidden = state
        axis = self._conv_ndims + 1
        gates = self._convolved(concat([inputs, hidden], axis))
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=axis)
        kept = multiply(sigmoid(add(f, self._forget_bias)), memory)
        new_memory = add(kept, multiply(sigmoid(i), tanh(j)))
        output = multiply(tanh(new_memory), sigmoid(o))
        new_state = LSTMStateTuple(new_memory, output)
        return (concat([output, inputs], axis) if self._skip_connection else output), new_state

    def _convolved(self, joined: Tensor) -> Tensor:
        depth, features = joined.shape[-1].value, 4 * self._channels
        kernel = get_variable("kernel", [*self._kernel_shape, depth, features], dtype=joined.dtype)
        result = convolution(joined, kernel, padding="SAME")
        if not self._use_bias:
            return result
        zero = initializers.Constant(0.0, dtype=joined.dtype)
        return add(result, get_variable("biases", [features], dtype=joined.dtype, initializer=zero))


class Conv1DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` over sequences (API: tf.contrib.rnn.Conv1DLSTMCell).

    Args:
        name: of the cell and its scope.
        kwargs: those of `ConvLSTMCell` but `conv_ndims`: `input_shape`, `output_channels`, `kernel_shape` ...

    Raises:
        ValueError: `input_shape` has not 2 sizes.
    """

    def __init__(self, name: str = "conv_1d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` over pictures (API: tf.contrib.rnn.Conv2DLSTMCell).

    Args:
        name: of the cell and its scope.
        kwargs: those of `ConvLSTMCell` but `conv_ndims`: `input_shape`, `output_channels`, `kernel_shape` ...

    Raises:
        ValueError: `input_shape` has not 3 sizes.
    """

    def __init__(self, name: str = "conv_2d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` over volumes (API: tf.contrib.rnn.Conv3DLSTMCell).

    Args:
        name: of the cell and its scope.
        kwargs: those of `ConvLSTMCell` but `conv_ndims`: `input_shape`, `output_channels`, `kernel_shape` ...

    Raises:
        ValueError: `input_shape` has not 4 sizes.
    """

    def __init__(self, name: str = "conv_3d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=3, name=name, **kwargs)

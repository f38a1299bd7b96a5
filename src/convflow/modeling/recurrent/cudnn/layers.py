"""Recurrent layers whose parameters are one vector (API: tf.contrib.cudnn_rnn.CudnnLSTM and its kin).

They run on the CPU, by the same formulas as on a GPU with CuDNN.
"""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection, executing_eagerly, get_collection, is_tensor
from convflow.graph.seeds import get_seed
from convflow.modeling.layers.base import Layer
from convflow.modeling.recurrent.cudnn.saveables import (
    CudnnGRUSaveable,
    CudnnLSTMSaveable,
    CudnnRNNReluSaveable,
    CudnnRNNSaveable,
    CudnnRNNTanhSaveable,
)
from convflow.modeling.variables.initializers import Constant, GlorotUniform
from convflow.ops.array.constant import fill, zeros
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.cudnn_rnn.layout import Network, directions_of
from convflow.ops.cudnn_rnn.nodes import cudnn_rnn, cudnn_rnn_v3

_DIRECTIONS = ("unidirectional", "bidirectional")
_TYPES = (dtypes.float32, dtypes.float64)


class CudnnRNN(Layer):
    """What the four layers share (API: tf.contrib.cudnn_rnn).

    Variable: opaque_kernel, all matrices and biases as one vector. A saver also writes them as the variables of cells,
    see the layer's `saveable`.

    Args:
        num_layers: how many layers.
        num_units: the units of each.
        input_mode: "linear_input"; "auto_select" where it means the same.
        direction: "unidirectional" or "bidirectional".
        dropout: the part of the inputs of the second and later layers that is dropped in training.
        seed: an op seed for it.
        dtype: float32 or float64.
        kernel_initializer: of each matrix, Glorot uniform by default.
        bias_initializer: of each bias, zeros by default.
        name: the layer's name.

    Raises:
        ValueError: another direction, mode or type; a dropout that is no probability.
    """

    rnn_mode: ClassVar[str]
    saveable_class: ClassVar[type[CudnnRNNSaveable]]

    def __init__(
        self,
        num_layers: int,
        num_units: int,
        input_mode: str = "linear_input",
        direction: str = "unidirectional",
        dropout: float = 0.0,
        seed: int | None = None,
        dtype: Any = dtypes.float32,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=dtype, name=name)
        if direction not in _DIRECTIONS:
            raise ValueError(f"direction must be 'unidirectional' or 'bidirectional', got {direction!r}.")
        if input_mode not in ("linear_input", "auto_select"):
            raise ValueError(
                f"input_mode {input_mode!r} is not supported: the first layer has a matrix for its inputs. "
                "Use 'linear_input'."
            )
        if dtypes.as_dtype(dtype) not in _TYPES:
            raise ValueError(f"Only support float32 and float64 on the CPU, provided {dtype}. Use tf.float32.")
        if not 0.0 <= dropout <= 1.0:
            raise ValueError(f"dropout must be a probability, got {dropout}. It is the part that is dropped.")
        self._num_layers, self._num_units = num_layers, num_units
        self._input_mode, self._direction = input_mode, direction
        self._dropout, self._seed = dropout, seed
        self._kernel_initializer = kernel_initializer or GlorotUniform(seed=seed)
        self._bias_initializer = bias_initializer or Constant(0.0)
        self._input_size: int | None = None
        self._saveable: CudnnRNNSaveable | None = None

    @property
    def num_layers(self) -> int:
        """How many layers."""
        return self._num_layers

    @property
    def num_units(self) -> int:
        """The units of each."""
        return self._num_units

    @property
    def input_mode(self) -> str:
        """How inputs go into the first layer."""
        return self._input_mode

    @property
    def direction(self) -> str:
        """ "unidirectional" or "bidirectional"."""
        return self._direction

    @property
    def num_dirs(self) -> int:
        """1 or 2."""
        return directions_of(self._direction)

    @property
    def input_size(self) -> int:
        """The size of the inputs; ValueError before they are known."""
        if not self._input_size:
            raise ValueError("'input_size' is unknown since layer has not been built. Call the layer first.")
        return self._input_size

    @property
    def saveable(self) -> CudnnRNNSaveable | None:
        """What saves the parameters as the variables of cells; None before the layer is built."""
        return self._saveable

    @property
    def canonical_weight_shapes(self) -> list[tuple[int, int]]:
        """The shapes of the matrices."""
        return self._network().all_weight_shapes()

    @property
    def canonical_bias_shapes(self) -> list[tuple[int]]:
        """The shapes of the biases."""
        return [(self._num_units,)] * self._network().bias_count

    def _network(self) -> Network:
        return Network(self.rnn_mode, self._num_layers, self._num_units, self.input_size, self.num_dirs)

    def build(self, input_shape: Any) -> None:
        """Make the vector.

        Args:
            input_shape: (time, batch, input size), or batch first; the size must be known.
        """
        shape = as_shape(input_shape)
        if shape.rank != 3:
            raise ValueError(f"Expecting input_shape with 3 dims, got {shape.rank}: {shape}. Give (time, batch, size).")
        size = shape.as_list()[-1]
        if size is None:
            raise ValueError(
                f"The last dimension of the inputs to {type(self).__name__} should be defined. Found {shape}. "
                "Use set_shape on the inputs."
            )
        if self._input_mode == "auto_select" and size == self._num_units:
            raise ValueError(
                f"input_mode 'auto_select' with {size} inputs and as many units means 'skip_input', which is not "
                "supported. Use 'linear_input'."
            )
        self._input_size = size
        self.kernel = self.add_weight("opaque_kernel", [self._network().size], initializer=self._initial)
        self._create_saveable()
        self.built = True

    def _initial(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """The vector of matrices and biases, each initialized in its own shape."""
        weights = [self._kernel_initializer(one, dtype=dtype) for one in self.canonical_weight_shapes]
        biases = [self._bias_initializer(one, dtype=dtype) for one in self.canonical_bias_shapes]
        converter = self.saveable_class.converter_class
        return converter(
            self._num_layers, self._num_units, self.input_size, "linear_input", self._direction
        ).canonical_to_opaque(weights, biases)

    def _create_saveable(self) -> None:
        name = f"{self.kernel.op.name}_saveable"
        if executing_eagerly():
            return
        # Layers that share a vector share what saves it.
        for known in get_collection(GraphKeys.SAVEABLE_OBJECTS):
            if getattr(known, "name", None) == name:
                self._saveable = known
                return
        self._saveable = self.saveable_class(
            self.kernel, self._num_layers, self._num_units, self.input_size, "linear_input", self._direction,
            scope=self._scope, name=name,
        )  # fmt: skip
        add_to_collection(GraphKeys.SAVEABLE_OBJECTS, self._saveable)

    def state_shape(self, batch_size: Any) -> Any:
        """The shapes of the states of a batch, a tuple.

        Args:
            batch_size: an integer or a scalar tensor.
        """
        each = [self._num_layers * self.num_dirs, batch_size, self._num_units]
        return (each, each) if self.rnn_mode == "lstm" else (each,)

    def call(
        self,
        inputs: Tensor,
        initial_state: Any = None,
        sequence_lengths: Any = None,
        time_major: bool = True,
        training: bool = True,
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The outputs of the last layer and the states of all.

        Args:
            inputs: shape (time, batch, input size); (batch, time, input size) if not `time_major`.
            initial_state: a tuple of tensors of shape (num_layers * num_dirs, batch, num_units), of one or, for an
                LSTM, two: states and memories; (batch, num_layers * num_dirs, num_units) if not `time_major`. Zeros
                by default.
            sequence_lengths: positive int32 numbers of shape (batch,); outputs behind them are zeros.
            time_major: which axis of the inputs comes first.
            training: whether there is dropout; gradients need True.

        Returns:
            The outputs, shape (time, batch, num_dirs * num_units) or batch first, and a tuple of the last states.

        Raises:
            ValueError: a state that is no tuple; `training` a tensor.
        """
        if is_tensor(training):
            raise ValueError("training must be True or False when the layer is called: a node is made for one of both.")
        if initial_state is None:
            initial_state = self._zero_state(inputs, time_major)
        elif not isinstance(initial_state, tuple):
            raise ValueError(f"Invalid initial_state type: {type(initial_state).__name__}, expecting tuple.")
        state = initial_state[0]
        memory = initial_state[1] if self.rnn_mode == "lstm" else zeros([], dtype=inputs.dtype)
        seed, seed2 = (number or 0 for number in get_seed(self._seed))
        modes: dict[str, Any] = {
            "rnn_mode": self.rnn_mode, "input_mode": "linear_input", "direction": self._direction,
            "dropout": self._dropout, "seed": seed, "seed2": seed2, "is_training": bool(training),
        }  # fmt: skip
        vector = self.kernel.value()
        if sequence_lengths is None and time_major:
            outputs, h, c, _ = cudnn_rnn(inputs, state, memory, vector, **modes)
        else:
            if sequence_lengths is None:
                sequence_lengths = fill([shape_of(inputs)[0]], shape_of(inputs)[1])
            outputs, h, c, _, _ = cudnn_rnn_v3(
                inputs, state, memory, vector, sequence_lengths, time_major=time_major, **modes
            )
        return outputs, ((h, c) if self.rnn_mode == "lstm" else (h,))

    def _zero_state(self, inputs: Tensor, time_major: bool) -> tuple[Tensor, ...]:
        axis = 1 if time_major else 0
        known = inputs.shape.as_list()[axis]
        batch = shape_of(inputs)[axis] if known is None else known
        shapes = self.state_shape(batch)
        if not time_major:
            shapes = [(second, first, units) for first, second, units in shapes]
        return tuple(zeros(shape, dtype=inputs.dtype) for shape in shapes)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The outputs' shape.

        Args:
            input_shape: that of the inputs.
        """
        sizes = as_shape(input_shape).as_list()
        return TensorShape([sizes[0], sizes[1], self._num_units * self.num_dirs])


class CudnnLSTM(CudnnRNN):
    """LSTM layers (API: tf.contrib.cudnn_rnn.CudnnLSTM; Hochreiter and Schmidhuber 1997). Arguments: `CudnnRNN`'s."""

    rnn_mode = "lstm"
    saveable_class = CudnnLSTMSaveable


class CudnnGRU(CudnnRNN):
    """GRU layers, reset after the product (API: tf.contrib.cudnn_rnn.CudnnGRU; Cho et al. 2014). Arguments:
    `CudnnRNN`'s."""

    rnn_mode = "gru"
    saveable_class = CudnnGRUSaveable


class CudnnRNNTanh(CudnnRNN):
    """Layers tanh(W x + R h + b) (API: tf.contrib.cudnn_rnn.CudnnRNNTanh). Arguments: `CudnnRNN`'s."""

    rnn_mode = "rnn_tanh"
    saveable_class = CudnnRNNTanhSaveable


class CudnnRNNRelu(CudnnRNN):
    """Layers relu(W x + R h + b) (API: tf.contrib.cudnn_rnn.CudnnRNNRelu). Arguments: `CudnnRNN`'s."""

    rnn_mode = "rnn_relu"
    saveable_class = CudnnRNNReluSaveable

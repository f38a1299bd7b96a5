"""Long short-term memory (API: tf.nn.rnn_cell.BasicLSTMCell, LSTMCell, LSTMStateTuple)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import dtypes, logging
from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.input_spec import InputSpec
from convflow.modeling.recurrent.cell import LayerRNNCell, check_dtype, check_input_dtypes, input_depth
from convflow.modeling.variables import initializers
from convflow.modeling.variables.partitioners import fixed_size_partitioner
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant
from convflow.ops.array.slice import slice_
from convflow.ops.array.split import split
from convflow.ops.bias import bias_add
from convflow.ops.math.arithmetic import add, multiply
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.elementwise import sigmoid
from convflow.ops.math.matmul import matmul


class LSTMStateTuple(NamedTuple):
    """The two parts of the state: `c`, the memory, and `h`, the output (API: tf.nn.rnn_cell.LSTMStateTuple)."""

    c: Any
    h: Any

    @property
    def dtype(self) -> Any:
        """The type of both; TypeError if they differ."""
        if self.c.dtype != self.h.dtype:
            raise TypeError(f"Inconsistent dtypes for internal state: {self.c.dtype} vs {self.h.dtype}")
        return self.c.dtype


class _LongShortCell(LayerRNNCell):
    def __init__(
        self,
        num_units: int,
        forget_bias: float,
        state_is_tuple: bool,
        activation: Any,
        reuse: Any,
        name: Any,
        dtype: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        check_dtype(self.dtype)
        if not state_is_tuple:
            logging.warn(
                "%s: a concatenated state is slower and deprecated. Use state_is_tuple=True.", type(self).__name__
            )
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._set_activation(activation)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "num_units": self._num_units,
            "forget_bias": self._forget_bias,
            "state_is_tuple": self._state_is_tuple,
            "activation": self._activation,
            "reuse": self._reuse,
        }


class BasicLSTMCell(_LongShortCell):
    """An LSTM without peepholes, clipping or projection (API: tf.nn.rnn_cell.BasicLSTMCell; Zaremba et al.,
    "Recurrent Neural Network Regularization", 2014).

    Args:
        num_units: the size of memory and output.
        forget_bias: added to the forget gate, so that the memory is kept at the beginning of a training. Checkpoints
            of CudnnLSTM need 0.
        state_is_tuple: the state is an `LSTMStateTuple`; False for c and h in one tensor, deprecated.
        activation: a function or its name, tanh by default.
        reuse: True to share variables that the scope has.
        name: the cell's name and scope.
        dtype: the type of the variables; by default that of the first input.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, forget_bias, state_is_tuple, activation, reuse, name, dtype, **kwargs)

    @property
    def state_size(self) -> Any:
        units = self._num_units
        return LSTMStateTuple(units, units) if self._state_is_tuple else 2 * units

    @property
    def output_size(self) -> int:
        return self._num_units

    def build(self, inputs_shape: Any) -> None:
        depth = input_depth(inputs_shape)
        check_dtype(self.dtype)
        units = self._num_units
        self._kernel = self.add_weight("kernel", [depth + units, 4 * units])
        self._bias = self.add_weight("bias", [4 * units], initializer=initializers.Zeros(dtype=self.dtype))
        self.built = True

    def call(self, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step: c = c * sigmoid(f + forget_bias) + sigmoid(i) * activation(j); h = activation(c) * sigmoid(o)."""
        check_input_dtypes(inputs, state)
        axis = constant(1, dtype=dtypes.int32)
        c, h = state if self._state_is_tuple else split(value=state, num_or_size_splits=2, axis=axis)
        gates = bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=axis)
        forget_bias = constant(self._forget_bias, dtype=f.dtype)
        kept = multiply(c, sigmoid(add(f, forget_bias)))
        new_c = add(kept, multiply(sigmoid(i), self._activation(j)))
        new_h = multiply(self._activation(new_c), sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h) if self._state_is_tuple else concat([new_c, new_h], 1)


class LSTMCell(_LongShortCell):
    """An LSTM with what later papers added (API: tf.nn.rnn_cell.LSTMCell; Sak et al., "Long Short-Term Memory Recurrent
    Neural Network Architectures for Large Scale Acoustic Modeling", 2014).

    Args:
        num_units: the size of the memory.
        use_peepholes: the gates see the memory, through one weight per unit.
        cell_clip: the memory is clipped to [-cell_clip, cell_clip].
        initializer: of the matrices and peepholes; the scope's by default, then Glorot uniform.
        num_proj: the size of the output, which is the memory's output times a matrix; None for no projection.
        proj_clip: the projected output is clipped to [-proj_clip, proj_clip].
        num_unit_shards, num_proj_shards: into how many variables the matrices are cut, deprecated.
        forget_bias: added to the forget gate.
        state_is_tuple: the state is an `LSTMStateTuple`; False for c and h in one tensor, deprecated.
        activation: a function or its name, tanh by default.
        reuse: True to share variables that the scope has.
        name: the cell's name and scope.
        dtype: the type of the variables; by default that of the first input.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int | None = None,
        num_proj_shards: int | None = None,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, forget_bias, state_is_tuple, activation, reuse, name, dtype, **kwargs)
        if num_unit_shards is not None or num_proj_shards is not None:
            logging.warn(
                "LSTMCell: num_unit_shards and num_proj_shards are deprecated. Use a variable scope with a partitioner."
            )
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = utils.initializer(initializer)
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._num_unit_shards = num_unit_shards
        self._num_proj_shards = num_proj_shards
        self._output_size = num_proj or num_units

    @property
    def state_size(self) -> Any:
        sizes = LSTMStateTuple(self._num_units, self._output_size)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> int:
        return self._output_size

    def build(self, inputs_shape: Any) -> None:
        depth = input_depth(inputs_shape)
        check_dtype(self.dtype)
        units = self._num_units
        self._kernel = self._matrix("kernel", [depth + self._projected(), 4 * units], self._num_unit_shards)
        zeros = initializers.Zeros() if self.dtype is None else initializers.Zeros(dtype=self.dtype)
        self._bias = self.add_weight("bias", [4 * units], initializer=zeros)
        if self._use_peepholes:
            self._w_f_diag = self.add_weight("w_f_diag", [units], initializer=self._initializer)
            self._w_i_diag = self.add_weight("w_i_diag", [units], initializer=self._initializer)
            self._w_o_diag = self.add_weight("w_o_diag", [units], initializer=self._initializer)
        if self._num_proj is not None:
            self._proj_kernel = self._matrix("projection/kernel", [units, self._num_proj], self._num_proj_shards)
        self.built = True

    def _projected(self) -> int:
        return self._num_units if self._num_proj is None else self._num_proj

    def _matrix(self, name: str, shape: list[int], shards: int | None) -> Any:
        partitioner = None if shards is None else fixed_size_partitioner(shards)
        return self.add_weight(name, shape, initializer=self._initializer, partitioner=partitioner)

    def call(self, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step; the output is h, shape (batch, output_size)."""
        check_input_dtypes(inputs, state)
        if self._state_is_tuple:
            c, h = state
        else:
            c = slice_(state, [0, 0], [-1, self._num_units])
            h = slice_(state, [0, self._num_units], [-1, self._projected()])
        gates = bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=1)
        new_c = self._memory(c, i, j, f)
        if self._use_peepholes:
            new_h = sigmoid(o + self._w_o_diag * new_c) * self._activation(new_c)
        else:
            new_h = sigmoid(o) * self._activation(new_c)
        if self._num_proj is not None:
            new_h = matmul(new_h, self._proj_kernel)
            if self._proj_clip is not None:
                new_h = clip_by_value(new_h, -self._proj_clip, self._proj_clip)
        return new_h, LSTMStateTuple(new_c, new_h) if self._state_is_tuple else concat([new_c, new_h], 1)

    def _memory(self, c: Tensor, i: Tensor, j: Tensor, f: Tensor) -> Tensor:
        if self._use_peepholes:
            kept = sigmoid(f + self._forget_bias + self._w_f_diag * c) * c
            new_c = kept + sigmoid(i + self._w_i_diag * c) * self._activation(j)
        else:
            new_c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * self._activation(j)
        return new_c if self._cell_clip is None else clip_by_value(new_c, -self._cell_clip, self._cell_clip)

    def get_config(self) -> dict[str, Any]:
        names = "use_peepholes cell_clip initializer num_proj proj_clip num_unit_shards num_proj_shards"
        return super().get_config() | {name: getattr(self, f"_{name}") for name in names.split()}

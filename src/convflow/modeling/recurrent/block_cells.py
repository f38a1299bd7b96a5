"""Cells whose checkpoints are those of TensorFlow's block ops (API: tf.contrib.rnn.LSTMBlockCell, GRUBlockCellV2)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.layers.input_spec import InputSpec
from convflow.modeling.recurrent.cell import LayerRNNCell, input_depth
from convflow.modeling.recurrent.cells import GRUCell
from convflow.modeling.recurrent.dynamic import dynamic_rnn
from convflow.modeling.recurrent.lstm import LSTMStateTuple
from convflow.modeling.variables import initializers
from convflow.modeling.variables.scope import get_variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack, unstack
from convflow.ops.bias import bias_add
from convflow.ops.math.arithmetic import add, multiply
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.elementwise import sigmoid, tanh
from convflow.ops.math.matmul import matmul

_PEEPHOLES = ("w_i_diag", "w_f_diag", "w_o_diag")


class LSTMBlockCell(LayerRNNCell):
    """An LSTM whose checkpoints are `BasicLSTMCell`'s (API: tf.contrib.rnn.LSTMBlockCell).

    TensorFlow computes a step in one op; here it is several nodes, of the same values.

    Args:
        num_units: the size of memory and output.
        forget_bias: added to the forget gate.
        cell_clip: the memory is clipped to [-cell_clip, cell_clip].
        use_peephole: the gates see the memory, through one weight per unit.
        dtype: the type of the variables; by default that of the first input.
        reuse: True to share variables that the scope has.
        name: the cell's name and scope.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        dtype: Any = None,
        reuse: Any = None,
        name: str = "lstm_cell",
    ) -> None:
        super().__init__(_reuse=reuse, dtype=dtype, name=name)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._forget_bias = forget_bias
        self._cell_clip = cell_clip if cell_clip is not None and cell_clip > 0 else None
        self._use_peephole = use_peephole

    @property
    def state_size(self) -> LSTMStateTuple:
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        return self._num_units

    def build(self, inputs_shape: Any) -> None:
        units = self._num_units
        self._kernel = self.add_weight("kernel", [input_depth(inputs_shape) + units, 4 * units])
        self._bias = self.add_weight("bias", [4 * units], initializer=initializers.Zeros(dtype=self.dtype))
        if self._use_peephole:
            self._peepholes = [self.add_weight(name, [units]) for name in _PEEPHOLES]
        self.built = True

    def call(self, inputs: Tensor, state: Any) -> tuple[Tensor, LSTMStateTuple]:
        """One step, as in `LSTMCell` with these arguments."""
        if len(state) != 2:
            raise ValueError(f"Expecting state to be a tuple with length 2: c and h, got {state!r}.")
        memory, hidden = state
        gates = bias_add(matmul(concat([inputs, hidden], 1), self._kernel), self._bias)
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=1)
        if self._use_peephole:
            i = add(i, multiply(memory, self._peepholes[0]))
            f = add(f, multiply(memory, self._peepholes[1]))
        forget = sigmoid(add(f, constant(self._forget_bias, dtype=f.dtype)))
        new_memory = add(multiply(forget, memory), multiply(sigmoid(i), tanh(j)))
        if self._cell_clip is not None:
            new_memory = clip_by_value(new_memory, -self._cell_clip, self._cell_clip)
        if self._use_peephole:
            o = add(o, multiply(new_memory, self._peepholes[2]))
        output = multiply(tanh(new_memory), sigmoid(o))
        return output, LSTMStateTuple(new_memory, output)


class LSTMBlockFusedCell:
    """A whole LSTM at once, time first (API: tf.contrib.rnn.LSTMBlockFusedCell).

    Args: see `LSTMBlockCell`.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        reuse: Any = None,
        dtype: Any = None,
        name: str = "lstm_fused_cell",
    ) -> None:
        self._cell = LSTMBlockCell(num_units, forget_bias, cell_clip, use_peephole, dtype, reuse, name)

    @property
    def num_units(self) -> int:
        """The size of memory and output."""
        return self._cell.output_size

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None
    ) -> tuple[Any, LSTMStateTuple]:
        """All steps.

        Args:
            inputs: [time, batch, size], or a list of [batch, size].
            initial_state: c and h, [batch, num_units]; zeros by default.
            dtype: of the zeros; the inputs' by default.
            sequence_length: int [batch], how many steps of each row count.

        Returns:
            the outputs [time, batch, num_units], a list for a list; and the last state.
        """
        is_list = isinstance(inputs, list)
        steps = stack(inputs) if is_list else convert_to_tensor(inputs)
        if initial_state is not None:
            initial_state = LSTMStateTuple(*initial_state)
        wanted = steps.dtype if dtype is None else dtypes.as_dtype(dtype)
        # In the scope around: the cell's own name is all that its variables' names have.
        outputs, state = dynamic_rnn(
            self._cell,
            steps,
            sequence_length,
            initial_state,
            wanted,
            time_major=True,
            scope=get_variable_scope(),
        )
        return (unstack(outputs) if is_list else outputs), state


class GRUBlockCellV2(GRUCell):
    """A gated recurrent unit whose checkpoints are `GRUCell`'s (API: tf.contrib.rnn.GRUBlockCellV2).

    Args:
        num_units: the size of the state.
        cell_size: the former name of `num_units`.
        reuse: True to share variables that the scope has.
        name: the cell's name and scope.

    Raises:
        ValueError: neither or both sizes.
    """

    def __init__(
        self, num_units: int | None = None, cell_size: int | None = None, reuse: Any = None, name: str = "gru_cell"
    ) -> None:
        if (num_units is None) == (cell_size is None):
            raise ValueError("Give either num_units or cell_size, its former name.")
        units = cell_size if num_units is None else num_units
        super().__init__(units, reuse=reuse, name=name)  # type: ignore[arg-type]

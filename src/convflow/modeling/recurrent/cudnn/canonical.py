"""CuDNN's parameters as the variables of cells, and back (API: tf.contrib.cudnn_rnn, parameter format converters)."""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.graph.operation import Tensor
from convflow.ops.array.concat import concat
from convflow.ops.array.split import split
from convflow.ops.array.transpose import transpose
from convflow.ops.cudnn_rnn.layout import (
    Network,
    cudnn_rnn_canonical_to_params,
    cudnn_rnn_params_to_canonical,
    directions_of,
)


class Converter:
    """Between a network's vector and the variables of its cells (API: tf.contrib.cudnn_rnn,
    CudnnParamsFormatConverter).

    Args:
        num_layers: how many layers.
        num_units: their units.
        input_size: the size of the first one's inputs.
        input_mode: "linear_input".
        direction: "unidirectional" or "bidirectional".
    """

    rnn_mode: ClassVar[str]
    cell_name: ClassVar[str]
    names: ClassVar[tuple[str, ...]] = ("kernel", "bias")
    """What a cell's variables are called, in the order of `to_cell`."""

    def __init__(
        self,
        num_layers: int,
        num_units: int,
        input_size: int,
        input_mode: str = "linear_input",
        direction: str = "unidirectional",
    ) -> None:
        self.network = Network(self.rnn_mode, num_layers, num_units, input_size, directions_of(direction))
        self._modes = {"rnn_mode": self.rnn_mode, "input_mode": input_mode, "direction": direction}

    def opaque_to_tf_canonical(self, opaque_param: Any) -> list[tuple[Tensor, ...]]:
        """The variables of each cell, layer by layer, within a layer direction by direction.

        Args:
            opaque_param: the network's vector.
        """
        weights, biases = self.opaque_to_canonical(opaque_param)
        each = self.network.per_direction
        return [
            self.to_cell(weights[first : first + each], biases[first : first + each])
            for first in range(0, len(weights), each)
        ]

    def tf_canonical_to_opaque(self, tf_canonicals: Any) -> Tensor:
        """The network's vector, of what `opaque_to_tf_canonical` returns.

        Args:
            tf_canonicals: the variables of each cell.
        """
        weights: list[Tensor] = []
        biases: list[Tensor] = []
        for number, cell in enumerate(tf_canonicals):
            layer = number // self.network.directions
            columns = self.network.weight_shapes(layer)[0][1]
            of_cell, its_biases = self.of_cell(cell, columns)
            weights += of_cell
            biases += its_biases
        return self.canonical_to_opaque(weights, biases)

    def opaque_to_canonical(self, opaque_param: Any) -> tuple[list[Tensor], list[Tensor]]:
        """CuDNN's matrices and biases.

        Args:
            opaque_param: the network's vector.
        """
        network = self.network
        weights, biases = cudnn_rnn_params_to_canonical(
            network.layers, network.units, network.input_size, opaque_param, network.bias_count, **self._modes
        )
        for weight, shape in zip(weights, network.all_weight_shapes(), strict=True):
            weight.set_shape(shape)
        for bias in biases:
            bias.set_shape([network.units])
        return weights, biases

    def canonical_to_opaque(self, weights: list[Any], biases: list[Any]) -> Tensor:
        """The network's vector.

        Args:
            weights: CuDNN's matrices.
            biases: CuDNN's biases.
        """
        network = self.network
        params = cudnn_rnn_canonical_to_params(
            network.layers, network.units, network.input_size, weights, biases, **self._modes
        )
        params.set_shape([network.size])
        return params

    def to_cell(self, weights: list[Tensor], biases: list[Tensor]) -> tuple[Tensor, ...]:
        """A cell's variables, of the matrices and biases of one direction of a layer."""
        raise NotImplementedError(f"{type(self).__name__} does not know its cell.")

    def of_cell(self, cell: Any, columns: int) -> tuple[list[Tensor], list[Tensor]]:
        """The matrices and biases, of a cell's variables; `columns` is the size of its inputs."""
        raise NotImplementedError(f"{type(self).__name__} does not know its cell.")


def _kernel(weights: list[Tensor], gates: tuple[int, ...]) -> Tensor:
    """A cell's matrix: rows of inputs and state, columns of the gates in this order."""
    half = len(weights) // 2
    return transpose(concat([concat([weights[gate], weights[half + gate]], 1) for gate in gates], 0))


def _bias(biases: list[Tensor], gates: tuple[int, ...]) -> Tensor:
    half = len(biases) // 2
    return concat([biases[gate] + biases[half + gate] for gate in gates], 0)


def _of_kernel(kernel: Any, columns: int, units: int, gates: tuple[int, ...]) -> tuple[list[Tensor], list[Tensor]]:
    """The matrices of the inputs and those of the state, by gates."""
    of_inputs: list[Any] = [None] * len(gates)
    of_state: list[Any] = [None] * len(gates)
    for gate, part in zip(gates, split(transpose(kernel), [units] * len(gates), 0), strict=True):
        of_inputs[gate], of_state[gate] = split(part, [columns, units], 1)
    return of_inputs, of_state


def _of_bias(bias: Any, units: int, gates: tuple[int, ...]) -> list[Tensor]:
    """Each gate's bias in halves, one for the inputs and one for the state."""
    halves: list[Any] = [None] * len(gates)
    for gate, part in zip(gates, split(bias, [units] * len(gates), 0), strict=True):
        halves[gate] = part * 0.5
    return halves


class LSTMConverter(Converter):
    """Between `CudnnLSTM` and `CudnnCompatibleLSTMCell` (API: tf.contrib.cudnn_rnn,
    CudnnParamsFormatConverterLSTM)."""

    rnn_mode = "lstm"
    cell_name = "cudnn_compatible_lstm_cell"
    # TensorFlow's input, candidate, forget, output among CuDNN's input, forget, candidate, output.
    _GATES = (0, 2, 1, 3)

    def to_cell(self, weights: list[Tensor], biases: list[Tensor]) -> tuple[Tensor, ...]:
        return _kernel(weights, self._GATES), _bias(biases, self._GATES)

    def of_cell(self, cell: Any, columns: int) -> tuple[list[Tensor], list[Tensor]]:
        kernel, bias = cell
        units = self.network.units
        of_inputs, of_state = _of_kernel(kernel, columns, units, self._GATES)
        halves = _of_bias(bias, units, self._GATES)
        return [*of_inputs, *of_state], [*halves, *halves]


class _SimpleConverter(Converter):
    cell_name = "basic_rnn_cell"

    def to_cell(self, weights: list[Tensor], biases: list[Tensor]) -> tuple[Tensor, ...]:
        return _kernel(weights, (0,)), _bias(biases, (0,))

    def of_cell(self, cell: Any, columns: int) -> tuple[list[Tensor], list[Tensor]]:
        kernel, bias = cell
        of_inputs, of_state = _of_kernel(kernel, columns, self.network.units, (0,))
        halves = _of_bias(bias, self.network.units, (0,))
        return [*of_inputs, *of_state], [*halves, *halves]


class TanhConverter(_SimpleConverter):
    """Between `CudnnRNNTanh` and `BasicRNNCell` (API: tf.contrib.cudnn_rnn)."""

    rnn_mode = "rnn_tanh"


class ReluConverter(_SimpleConverter):
    """Between `CudnnRNNRelu` and `BasicRNNCell` (API: tf.contrib.cudnn_rnn)."""

    rnn_mode = "rnn_relu"


class GRUConverter(Converter):
    """Between `CudnnGRU` and `CudnnCompatibleGRUCell` (API: tf.contrib.cudnn_rnn, CudnnParamsFormatConverterGRU)."""

    rnn_mode = "gru"
    cell_name = "cudnn_compatible_gru_cell"
    names = (
        "gates/kernel", "candidate/input_projection/kernel", "candidate/hidden_projection/kernel",
        "gates/bias", "candidate/input_projection/bias", "candidate/hidden_projection/bias",
    )  # fmt: skip
    _GATES = (0, 1)

    def to_cell(self, weights: list[Tensor], biases: list[Tensor]) -> tuple[Tensor, ...]:
        gates = [*weights[:2], *weights[3:5]], [*biases[:2], *biases[3:5]]
        return (
            _kernel(gates[0], self._GATES), transpose(weights[2]), transpose(weights[5]),
            _bias(gates[1], self._GATES), biases[2], biases[5],
        )  # fmt: skip

    def of_cell(self, cell: Any, columns: int) -> tuple[list[Tensor], list[Tensor]]:
        kernel, input_kernel, hidden_kernel, bias, input_bias, hidden_bias = cell
        units = self.network.units
        of_inputs, of_state = _of_kernel(kernel, columns, units, self._GATES)
        halves = _of_bias(bias, units, self._GATES)
        weights = [*of_inputs, transpose(input_kernel), *of_state, transpose(hidden_kernel)]
        return weights, [*halves, input_bias, *halves, hidden_bias]

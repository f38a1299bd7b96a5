"""Checkpoints of CuDNN's networks that hold the variables of cells (API: tf.contrib.cudnn_rnn.CudnnLSTMSaveable and
its kin)."""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.recurrent.cudnn.canonical import (
    Converter,
    GRUConverter,
    LSTMConverter,
    ReluConverter,
    TanhConverter,
)
from convflow.modeling.saveable_object import SaveableObject, SaveSpec
from convflow.modeling.variables.scope import get_variable_scope
from convflow.ops.state import assign


class CudnnRNNSaveable(SaveableObject):
    """Saves a network under the names of cells, so that a machine without CuDNN restores it (API: tf.contrib.cudnn_rnn,
    CudnnRNNSaveable).

    The names are those of `tf.nn.rnn_cell.MultiRNNCell` in `tf.nn.dynamic_rnn`, or, in both directions, of
    `tf.contrib.rnn.stack_bidirectional_dynamic_rnn`, in the scope.

    Args:
        opaque_params: the variable.
        num_layers: how many layers.
        num_units: their units.
        input_size: the size of the first one's inputs.
        input_mode: "linear_input".
        direction: "unidirectional" or "bidirectional".
        scope: the variable scope of the names, the one around by default.
        name: the object's name.
    """

    converter_class: ClassVar[type[Converter]]

    def __init__(
        self,
        opaque_params: Any,
        num_layers: int,
        num_units: int,
        input_size: int,
        input_mode: str = "linear_input",
        direction: str = "unidirectional",
        scope: Any = None,
        name: str = "cudnn_rnn_saveable",
    ) -> None:
        self._variable = opaque_params
        self._converter = self.converter_class(num_layers, num_units, input_size, input_mode, direction)
        self._scope_name = (get_variable_scope() if scope is None else scope).name
        with name_scope(None, name.replace("/", "_")):
            cells = self._converter.opaque_to_tf_canonical(opaque_params)
        specs = [
            SaveSpec(tensor, "", f"{prefix}/{part}")
            for number, cell in enumerate(cells)
            for prefix in [self._prefix(number)]
            for part, tensor in zip(self._converter.names, cell, strict=True)
        ]
        super().__init__(opaque_params, specs, name)

    def _prefix(self, number: int) -> str:
        directions, cell = self._converter.network.directions, self._converter.cell_name
        if directions == 1:
            path = f"rnn/multi_rnn_cell/cell_{number}/{cell}"
        else:
            way = ("fw", "bw")[number % 2]
            path = f"stack_bidirectional_rnn/cell_{number // 2}/bidirectional_rnn/{way}/{cell}"
        return f"{self._scope_name}/{path}" if self._scope_name else path

    def restore(self, restored_tensors: Any, restored_shapes: Any) -> Tensor:
        """Assign the vector made of the cells' variables.

        Args:
            restored_tensors: the cells' variables.
            restored_shapes: not used: the network has its sizes.
        """
        each = len(self._converter.names)
        cells = [restored_tensors[first : first + each] for first in range(0, len(restored_tensors), each)]
        return assign(self._variable, self._converter.tf_canonical_to_opaque(cells), validate_shape=False)


class CudnnLSTMSaveable(CudnnRNNSaveable):
    """The saveable of `CudnnLSTM` (API: tf.contrib.cudnn_rnn.CudnnLSTMSaveable). Arguments: `CudnnRNNSaveable`'s."""

    converter_class = LSTMConverter


class CudnnGRUSaveable(CudnnRNNSaveable):
    """The saveable of `CudnnGRU` (API: tf.contrib.cudnn_rnn.CudnnGRUSaveable). Arguments: `CudnnRNNSaveable`'s."""

    converter_class = GRUConverter


class CudnnRNNTanhSaveable(CudnnRNNSaveable):
    """The saveable of `CudnnRNNTanh` (API: tf.contrib.cudnn_rnn.CudnnRNNTanhSaveable). Arguments:
    `CudnnRNNSaveable`'s."""

    converter_class = TanhConverter


class CudnnRNNReluSaveable(CudnnRNNSaveable):
    """The saveable of `CudnnRNNRelu` (API: tf.contrib.cudnn_rnn.CudnnRNNReluSaveable). Arguments:
    `CudnnRNNSaveable`'s."""

    converter_class = ReluConverter

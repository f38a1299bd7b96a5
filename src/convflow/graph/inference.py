"""What a shape rule sees of a node, while it is made and when its kernel has failed."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph import static_value
from convflow.graph.handles import handle_shape
from convflow.graph.operation import Operation


class InferenceContext(Protocol):
    """Inputs of a shape rule. Sizes and constants may be unknown while the graph is built."""

    @property
    def num_inputs(self) -> int: ...

    def input(self, index: int) -> TensorShape:
        """The shape of an input."""

    def dtype(self, index: int) -> DType:
        """The element type of an input."""

    def attr(self, name: str) -> Any:
        """The value of an attribute."""

    def variable_shape(self, index: int) -> TensorShape:
        """The shape of a variable, given by reference or by handle."""

    def constant(self, index: int) -> np.ndarray | None:
        """The value of an input where it is known."""

    def constant_shape(self, index: int) -> TensorShape:
        """An input that is a list of sizes, read as a shape; -1 and what is not known are unknown."""


class BuildContext:
    """The context of a node being made."""

    def __init__(self, op: Operation) -> None:
        self._op = op

    @property
    def num_inputs(self) -> int:
        return len(self._op.inputs)

    def input(self, index: int) -> TensorShape:
        return self._op.inputs[index].shape

    def dtype(self, index: int) -> DType:
        return self._op.inputs[index].dtype.base_dtype

    def attr(self, name: str) -> Any:
        return self._op.attrs[name]

    def variable_shape(self, index: int) -> TensorShape:
        tensor = self._op.inputs[index]
        return handle_shape(tensor) if tensor.dtype.base_dtype is dtypes.resource else tensor.shape

    def constant(self, index: int) -> np.ndarray | None:
        return static_value.constant_value(self._op.inputs[index])

    def constant_shape(self, index: int) -> TensorShape:
        return static_value.constant_value_as_shape(self._op.inputs[index])


class RunContext(BuildContext):
    """The context of a node whose kernel failed: every input has its value.

    Args:
        op: the node.
        values: its inputs as NumPy arrays; None where an input is no array (a variable's handle).
    """

    def __init__(self, op: Operation, values: list[np.ndarray | None]) -> None:
        super().__init__(op)
        self._values = values

    def input(self, index: int) -> TensorShape:
        value = self._values[index]
        return super().input(index) if value is None else TensorShape(value.shape)

    def variable_shape(self, index: int) -> TensorShape:
        value = self._values[index]
        return super().variable_shape(index) if value is None else TensorShape(value.shape)

    def constant(self, index: int) -> np.ndarray | None:
        return self._values[index]

    def constant_shape(self, index: int) -> TensorShape:
        value = self._values[index]
        return super().constant_shape(index) if value is None else static_value.shape_from_sizes(value)

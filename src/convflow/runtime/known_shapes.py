"""What a plan knows of shapes: what the graph knows, and what follows from the shapes of this plan's feeds.

Sizes follow by the ops' own shape rules, asked again with what is known now. What a reference or handle stands for
may change its shape while a run goes on, so nothing is concluded about variables beyond what the graph says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from convflow.core import values
from convflow.core.shape import TensorShape
from convflow.graph.inference import BuildContext
from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import shape_from_sizes


class ShapeConflict(Exception):
    """Fed shapes do not fit the program; which node says so, and how, is for a run of the general plan to tell."""


class KnownShapes:
    """The shapes of a plan's values.

    Args:
        fed: the shapes of fed tensors; none for a plan that serves all.
        source: the tensor whose value a tensor has, as the plan's rewrites have renamed it.
    """

    def __init__(self, fed: Mapping[Tensor, TensorShape], source: Callable[[Tensor], Tensor]) -> None:
        self._found = dict(fed)
        self._source = source
        self._is_for_shapes = bool(fed)

    def of(self, tensor: Tensor) -> TensorShape:
        """All that is known of a value's shape."""
        found = self._found.get(self._source(tensor))
        return tensor.shape if found is None else found

    def infer(self, op: Operation, constants: Mapping[Tensor, Any], is_fed: Callable[[Tensor], bool]) -> None:
        """Find the shapes of a node's outputs.

        Args:
            constants: the values that are known.

        Raises:
            ShapeConflict: the plan is one for given shapes, and the node's rule refuses them.
        """
        if all(tensor.shape.is_fully_defined() for tensor in op.outputs) or _is_about_places(op):
            return
        try:
            ruled = op.definition.shape(_PlanContext(op, self, constants, self._source))
            found = [shape.merge_with(tensor.shape) for shape, tensor in zip(ruled, op.outputs, strict=True)]
        except Exception as error:
            if self._is_for_shapes:
                raise ShapeConflict(str(error)) from error
            return
        self._found.update(
            (tensor, shape) for tensor, shape in zip(op.outputs, found, strict=True) if not is_fed(tensor)
        )


def _is_about_places(op: Operation) -> bool:
    """Whether a node gives away the place of a value instead of the value."""
    return any(tensor.dtype._is_ref_dtype for tensor in (*op.inputs, *op.outputs))


class _PlanContext(BuildContext):
    """The context of a node of a plan."""

    def __init__(
        self,
        op: Operation,
        shapes: KnownShapes,
        constants: Mapping[Tensor, Any],
        source: Callable[[Tensor], Tensor],
    ) -> None:
        super().__init__(op)
        self._shapes = shapes
        self._values = [constants.get(source(tensor)) for tensor in op.inputs]

    def input(self, index: int) -> TensorShape:
        return self._shapes.of(self._op.inputs[index])

    def constant(self, index: int) -> np.ndarray | None:
        value = self._values[index]
        return super().constant(index) if value is None else values.to_numpy(value)

    def constant_shape(self, index: int) -> TensorShape:
        value = self._values[index]
        return super().constant_shape(index) if value is None else shape_from_sizes(values.to_numpy(value))

"""What optimizers share whose whole update of a variable is one node, as most are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.modeling.variables.variable import Variable
from convflow.ops.math.cast import cast
from convflow.training.optimizers.optimizer import Optimizer

Node = Callable[..., Any]


class NodeOptimizer(Optimizer):
    """An optimizer that updates a variable by one node.

    A subclass says which slots and which values the node takes: `_slots_of` and `_values`. The four nodes are for a
    variable and for rows of it, and the same for resource variables.
    """

    _gradient_name: ClassVar[str] = "grad"

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        """The functions that make the nodes: dense, sparse, dense for resources, sparse for resources."""
        raise NotImplementedError

    def _slots_of(self, var: Any) -> dict[str, Any]:
        """The slots of a variable, by the names of the nodes' inputs."""
        return {}

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        """The hyperparameters in a type, by the names of the nodes' inputs."""
        raise NotImplementedError

    def _apply_dense(self, grad: Tensor, var: Variable) -> Operation:
        values = {self._gradient_name: grad, **self._values(var, var.dtype.base_dtype)}
        return self._nodes()[0](var, **self._slots_of(var), **values, use_locking=self._use_locking).op

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Operation:
        values = {"grad": grad.values, "indices": grad.indices, **self._values(var, var.dtype.base_dtype)}
        return self._nodes()[1](var, **self._slots_of(var), **values, use_locking=self._use_locking).op

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        values = {self._gradient_name: grad, **self._values(var, grad.dtype.base_dtype)}
        return self._nodes()[2](var.handle, **self._handles_of(var), **values, use_locking=self._use_locking)

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        values = {"grad": grad, "indices": indices, **self._values(var, grad.dtype.base_dtype)}
        return self._nodes()[3](var.handle, **self._handles_of(var), **values, use_locking=self._use_locking)

    def _handles_of(self, var: Any) -> dict[str, Any]:
        return {name: slot.handle for name, slot in self._slots_of(var).items()}

    def _hyperparameter(self, value: Any, name: str) -> Tensor:
        """The tensor of a number, a tensor, or a function without arguments that returns one."""
        return convert_to_tensor(self._call_if_callable(value), name=name)


def in_type(dtype: DType, **tensors: Any) -> dict[str, Any]:
    """The tensors in another type, made in this order."""
    return {name: cast(tensor, dtype) for name, tensor in tensors.items()}

"""Gradient descent (API: tf.train.GradientDescentOptimizer): var -= learning_rate * gradient."""

from __future__ import annotations

from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.modeling.variables.variable import Variable
from convflow.ops.math.cast import cast
from convflow.ops.scatter import scatter_sub
from convflow.ops.training.gradient_descent import apply_gradient_descent, resource_apply_gradient_descent
from convflow.training.optimizers.optimizer import Optimizer


class GradientDescentOptimizer(Optimizer):
    """Steps against the gradient (API: tf.train.GradientDescentOptimizer).

    Args:
        learning_rate: a number, a scalar tensor, or a function without arguments that returns one.
    """

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._learning_rate_tensor: Any = None

    def _prepare(self) -> None:
        learning_rate = self._call_if_callable(self._learning_rate)
        self._learning_rate_tensor = convert_to_tensor(learning_rate, name="learning_rate")

    def _apply_dense(self, grad: Tensor, var: Variable) -> Operation:
        rate = cast(self._learning_rate_tensor, var.dtype.base_dtype)
        return apply_gradient_descent(var, rate, grad, use_locking=self._use_locking).op

    # Slices are subtracted one by one, so those of one row need not be added up first.

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Any) -> Operation:
        step = grad.values * cast(self._learning_rate_tensor, var.dtype.base_dtype)
        return scatter_sub(var, grad.indices, step, use_locking=self._use_locking).op

    def _resource_apply_dense(self, grad: Tensor, handle: Any) -> Operation:
        rate = cast(self._learning_rate_tensor, grad.dtype.base_dtype)
        return resource_apply_gradient_descent(handle.handle, rate, grad, use_locking=self._use_locking)

    def _resource_apply_sparse_duplicate_indices(self, grad: Tensor, handle: Any, indices: Tensor) -> Operation:
        step = -grad * cast(self._learning_rate_tensor, grad.dtype.base_dtype)
        return apply_op("ResourceScatterAdd", resource=handle.handle, indices=indices, updates=step)

"""Kin of Adam (API: tf.contrib.opt): lazy for rows, with Nesterov's momentum, and by maximum."""

from __future__ import annotations

from typing import Any

from convflow.core.dtypes import DType
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies, get_default_graph, init_scope
from convflow.ops import state
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import group
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import sqrt, square
from convflow.ops.scatter import scatter_sub, scatter_update
from convflow.ops.training.adam import apply_ada_max, apply_adam, resource_apply_ada_max, resource_apply_adam
from convflow.training.optimizers.adam import AdamOptimizer
from convflow.training.optimizers.node_optimizer import in_type


class LazyAdamOptimizer(AdamOptimizer):
    """Adam that leaves rows without a gradient alone (API: tf.contrib.opt.LazyAdamOptimizer).

    `tf.train.AdamOptimizer` lets the moments of all rows decay and so moves all rows; this one is faster where few
    rows of a large table have gradients, but it is another optimizer.
    """

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        return self._update_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        return self._update_rows(grad, var, indices)

    def _update_rows(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        h = self._values(var, var.dtype.base_dtype)
        rate = h["lr"] * sqrt(1 - h["beta2_power"]) / (1 - h["beta1_power"])
        m = self._averaged(var, "m", h["beta1"], grad, indices)
        v = self._averaged(var, "v", h["beta2"], square(grad), indices)
        with control_dependencies([m, v]):
            step = rate * gather(m, indices) / (sqrt(gather(v, indices)) + h["epsilon"])
        return group(scatter_sub(var, indices, step, use_locking=self._use_locking), m, v)

    def _averaged(self, var: Any, slot_name: str, beta: Tensor, value: Tensor, indices: Tensor) -> Any:
        slot = self.get_slot(var, slot_name)
        rows = beta * gather(slot, indices) + (1 - beta) * value
        return scatter_update(slot, indices, rows, use_locking=self._use_locking)


class NadamOptimizer(AdamOptimizer):
    """Adam with Nesterov's momentum (API: tf.contrib.opt.NadamOptimizer; Dozat, 2016)."""

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        values = self._values(var, var.dtype.base_dtype)
        return apply_adam(
            var, **self._slots_of(var), **values, grad=grad, use_locking=self._use_locking, use_nesterov=True
        ).op

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        values = self._values(var, grad.dtype.base_dtype)
        handles = {name: slot.handle for name, slot in self._slots_of(var).items()}
        return resource_apply_adam(
            var.handle, **handles, **values, grad=grad, use_locking=self._use_locking, use_nesterov=True
        )

    def _apply_sparse_shared(self, grad: Tensor, var: Any, indices: Tensor, scatter_add: Any) -> Operation:
        h = self._values(var, var.dtype.base_dtype)
        rate = h["lr"] * sqrt(1 - h["beta2_power"]) / (1 - h["beta1_power"])
        contribution = grad * (1 - h["beta1"])
        m = self._decayed_sum(var, "m", h["beta1"], lambda: contribution, indices, scatter_add)
        ahead = contribution + h["beta1"] * gather(m, indices)
        v = self._decayed_sum(var, "v", h["beta2"], lambda: grad * grad * (1 - h["beta2"]), indices, scatter_add)
        step = -rate * ahead / (sqrt(gather(v, indices)) + h["epsilon"])
        return group(scatter_add(var, indices, step), ahead, v)


class AdaMaxOptimizer(AdamOptimizer):
    """Adam with the largest gradient in place of the second moment (API: tf.contrib.opt.AdaMaxOptimizer).

    Source: Kingma and Ba 2014, section 7.

    Args:
        learning_rate, beta1, beta2, epsilon: numbers, scalar tensors, or functions without arguments that return one.
        use_locking: recorded on the nodes.
        name: of the optimizer and its variables' scope.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "AdaMax",
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _create_slots(self, var_list: list[Any]) -> None:
        first = min(var_list, key=lambda variable: variable.name)
        self._create_non_slot_variable(self._beta1, "beta1_power", first)
        for variable in var_list:
            self._zeros_slot(variable, "m", self._name)
            self._zeros_slot(variable, "v", self._name)

    def _beta1_power(self) -> Any:
        with init_scope():
            return self._get_non_slot_variable("beta1_power", get_default_graph())

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        return in_type(
            dtype,
            beta1_power=self._beta1_power(),
            lr=self._lr_t,
            beta1=self._beta1_t,
            beta2=self._beta2_t,
            epsilon=self._epsilon_t,
        )

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        values = self._values(var, var.dtype.base_dtype)
        return apply_ada_max(var, **self._slots_of(var), **values, grad=grad, use_locking=self._use_locking).op

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        values = self._values(var, grad.dtype.base_dtype)
        handles = {name: slot.handle for name, slot in self._slots_of(var).items()}
        return resource_apply_ada_max(var.handle, **handles, **values, grad=grad, use_locking=self._use_locking)

    def _apply_sparse_shared(self, grad: Tensor, var: Any, indices: Tensor, scatter_add: Any) -> Operation:
        h = self._values(var, var.dtype.base_dtype)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        mean = h["beta1"] * gather(m, indices) + (1 - h["beta1"]) * grad
        largest = maximum(h["beta2"] * gather(v, indices), absolute(grad))
        updates = [
            scatter_update(slot, indices, rows, use_locking=self._use_locking)
            for slot, rows in ((m, mean), (v, largest))
        ]
        step = -h["lr"] / (1 - h["beta1_power"]) * mean / (largest + h["epsilon"])
        return group(scatter_add(var, indices, step), *updates)

    def _finish(self, update_ops: list[Operation], name_scope: str) -> Operation:
        power = self._beta1_power()
        with control_dependencies(update_ops), colocate_with(power):
            update = state.assign(power, power * self._beta1_t, use_locking=self._use_locking)
        return group(*update_ops, update, name=name_scope)

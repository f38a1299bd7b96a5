"""Adam (API: tf.train.AdamOptimizer; Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core.dtypes import DType
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies, get_default_graph, init_scope
from convflow.ops import state
from convflow.ops.array.identity import group
from convflow.ops.math.elementwise import sqrt
from convflow.ops.scatter import scatter_add
from convflow.ops.training.adam import apply_adam, resource_apply_adam
from convflow.training.optimizers.node_optimizer import in_type
from convflow.training.optimizers.optimizer import Optimizer

ScatterAdd = Callable[[Any, Tensor, Tensor], Tensor]


class AdamOptimizer(Optimizer):
    """Steps scaled by running moments of the gradient; `ops.training.apply_adam` has the formula.

    Args:
        learning_rate, beta1, beta2, epsilon: numbers, scalar tensors, or functions without arguments that
            return one. `epsilon` is the paper's "epsilon hat", added to the root of the uncorrected moment.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
        use_own_namescope_for_non_slot_vars: bool = False,
    ) -> None:
        super().__init__(use_locking, name, use_own_namescope_for_non_slot_vars)
        self._lr = learning_rate
        self._beta1 = beta1
        self._beta2 = beta2
        self._epsilon = epsilon
        self._lr_t: Any = None
        self._beta1_t: Any = None
        self._beta2_t: Any = None
        self._epsilon_t: Any = None

    def _create_slots(self, var_list: list[Any]) -> None:
        # The powers of beta stand by the variable first in alphabetical order, so that graphs come out the same.
        first = min(var_list, key=lambda variable: variable.name)
        self._create_non_slot_variable(self._beta1, "beta1_power", first)
        self._create_non_slot_variable(self._beta2, "beta2_power", first)
        for variable in var_list:
            self._zeros_slot(variable, "m", self._name)
            self._zeros_slot(variable, "v", self._name)

    def _prepare(self) -> None:
        self._lr_t = convert_to_tensor(self._call_if_callable(self._lr), name="learning_rate")
        self._beta1_t = convert_to_tensor(self._call_if_callable(self._beta1), name="beta1")
        self._beta2_t = convert_to_tensor(self._call_if_callable(self._beta2), name="beta2")
        self._epsilon_t = convert_to_tensor(self._call_if_callable(self._epsilon), name="epsilon")

    def _get_beta_accumulators(self) -> tuple[Any, Any]:
        with init_scope():
            graph = get_default_graph()
        return (
            self._get_non_slot_variable("beta1_power", graph),
            self._get_non_slot_variable("beta2_power", graph),
        )

    def _slots_of(self, var: Any) -> dict[str, Any]:
        return {"m": self.get_slot(var, "m"), "v": self.get_slot(var, "v")}

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        beta1_power, beta2_power = self._get_beta_accumulators()
        return in_type(
            dtype,
            beta1_power=beta1_power,
            beta2_power=beta2_power,
            lr=self._lr_t,
            beta1=self._beta1_t,
            beta2=self._beta2_t,
            epsilon=self._epsilon_t,
        )

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        values = self._values(var, var.dtype.base_dtype)
        return apply_adam(var, **self._slots_of(var), **values, grad=grad, use_locking=self._use_locking).op

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        values = self._values(var, grad.dtype.base_dtype)
        handles = {name: slot.handle for name, slot in self._slots_of(var).items()}
        return resource_apply_adam(var.handle, **handles, **values, grad=grad, use_locking=self._use_locking)

    def _apply_sparse_shared(self, grad: Tensor, var: Any, indices: Tensor, scatter_add: ScatterAdd) -> Operation:
        """Moments decay everywhere and so every row moves: the rows not listed have a gradient of zero."""
        h = self._values(var, var.dtype.base_dtype)
        rate = h["lr"] * sqrt(1 - h["beta2_power"]) / (1 - h["beta1_power"])
        m_t = self._decayed_sum(var, "m", h["beta1"], lambda: grad * (1 - h["beta1"]), indices, scatter_add)
        v_t = self._decayed_sum(var, "v", h["beta2"], lambda: grad * grad * (1 - h["beta2"]), indices, scatter_add)
        root = sqrt(v_t)
        update = state.assign_sub(var, rate * m_t / (root + h["epsilon"]), use_locking=self._use_locking)
        return group(update, m_t, v_t)

    def _decayed_sum(
        self,
        var: Any,
        slot_name: str,
        beta: Tensor,
        scaled: Callable[[], Tensor],
        indices: Tensor,
        scatter_add: ScatterAdd,
    ) -> Tensor:
        """A moment after the step: scaled down, then the rows' new contributions added."""
        moment = self.get_slot(var, slot_name)
        updates = scaled()
        decayed = state.assign(moment, moment * beta, use_locking=self._use_locking)
        with control_dependencies([decayed]):
            return scatter_add(moment, indices, updates)

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        def add(moment: Any, indices: Tensor, updates: Tensor) -> Tensor:
            return scatter_add(moment, indices, updates, use_locking=self._use_locking)

        return self._apply_sparse_shared(grad.values, var, grad.indices, add)

    def _resource_scatter_add(self, x: Any, i: Tensor, v: Tensor) -> Tensor:
        with control_dependencies([apply_op("ResourceScatterAdd", resource=x.handle, indices=i, updates=v)]):
            return x.value()

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        return self._apply_sparse_shared(grad, var, indices, self._resource_scatter_add)

    def _finish(self, update_ops: list[Operation], name_scope: str) -> Operation:
        beta1_power, beta2_power = self._get_beta_accumulators()
        with control_dependencies(update_ops), colocate_with(beta1_power):
            powers = [
                power.assign(power * beta, use_locking=self._use_locking)
                for power, beta in ((beta1_power, self._beta1_t), (beta2_power, self._beta2_t))
            ]
        return group(*update_ops, *powers, name=name_scope)

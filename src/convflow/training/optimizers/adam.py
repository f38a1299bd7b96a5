"""Adam (API: tf.train.AdamOptimizer; Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015)."""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies, get_default_graph
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.identity import group
from convflow.ops.math.cast import cast
from convflow.ops.training.adam import apply_adam
from convflow.training.optimizers.optimizer import Optimizer


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

    def _beta_powers(self) -> tuple[Variable, Variable]:
        graph = get_default_graph()
        return (
            self._get_non_slot_variable("beta1_power", graph),
            self._get_non_slot_variable("beta2_power", graph),
        )

    def _apply_dense(self, grad: Tensor, var: Variable) -> Operation:
        tensors = (*self._beta_powers(), self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t)
        beta1_power, beta2_power, lr, beta1, beta2, epsilon = (cast(tensor, var.dtype.base_dtype) for tensor in tensors)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        return apply_adam(
            var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad, use_locking=self._use_locking
        ).op

    def _finish(self, update_ops: list[Operation], name_scope: str) -> Operation:
        beta1_power, beta2_power = self._beta_powers()
        with control_dependencies(update_ops), colocate_with(beta1_power):
            powers = [
                power.assign(power * beta, use_locking=self._use_locking)
                for power, beta in ((beta1_power, self._beta1_t), (beta2_power, self._beta2_t))
            ]
        return group(*update_ops, *powers, name=name_scope)

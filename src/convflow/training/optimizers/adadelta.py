"""Adadelta (API: tf.train.AdadeltaOptimizer; Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012)."""

from __future__ import annotations

from typing import Any

from convflow.core.dtypes import DType
from convflow.ops.training.adadelta import (
    apply_adadelta,
    resource_apply_adadelta,
    resource_sparse_apply_adadelta,
    sparse_apply_adadelta,
)
from convflow.training.optimizers.node_optimizer import Node, NodeOptimizer, in_type


class AdadeltaOptimizer(NodeOptimizer):
    """Steps in the proportion of the recent steps' size to the recent gradients' size, element by element.

    Args:
        learning_rate, rho, epsilon: numbers, scalar tensors, or functions without arguments that return one. The
            paper has a learning rate of 1; `rho` is the decay of both averages, `epsilon` starts the steps off.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: Any = 0.95,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adadelta",
    ) -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._rho = rho
        self._epsilon = epsilon
        self._lr_t: Any = None
        self._rho_t: Any = None
        self._epsilon_t: Any = None

    def _create_slots(self, var_list: list[Any]) -> None:
        for variable in var_list:
            self._zeros_slot(variable, "accum", self._name)
            self._zeros_slot(variable, "accum_update", self._name)

    def _prepare(self) -> None:
        self._lr_t = self._hyperparameter(self._lr, "lr")
        self._rho_t = self._hyperparameter(self._rho, "rho")
        self._epsilon_t = self._hyperparameter(self._epsilon, "epsilon")

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        return apply_adadelta, sparse_apply_adadelta, resource_apply_adadelta, resource_sparse_apply_adadelta

    def _slots_of(self, var: Any) -> dict[str, Any]:
        return {"accum": self.get_slot(var, "accum"), "accum_update": self.get_slot(var, "accum_update")}

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        return in_type(dtype, lr=self._lr_t, rho=self._rho_t, epsilon=self._epsilon_t)

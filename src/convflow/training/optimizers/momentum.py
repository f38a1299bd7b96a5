"""Momentum (API: tf.train.MomentumOptimizer; Sutskever et al., ICML 2013)."""

from __future__ import annotations

from typing import Any

from convflow.core.dtypes import DType
from convflow.ops.training.momentum import (
    apply_momentum,
    resource_apply_momentum,
    resource_sparse_apply_momentum,
    sparse_apply_momentum,
)
from convflow.training.optimizers.node_optimizer import Node, NodeOptimizer, in_type


class MomentumOptimizer(NodeOptimizer):
    """Steps along a decaying sum of gradients: accumulation = momentum * accumulation + gradient.

    Args:
        learning_rate, momentum: numbers, scalar tensors, or functions without arguments that return one.
        use_nesterov: look ahead by one step of momentum (variables hold the values looked ahead at).
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._momentum = momentum
        self._use_nesterov = use_nesterov
        self._learning_rate_tensor: Any = None
        self._momentum_tensor: Any = None

    def _create_slots(self, var_list: list[Any]) -> None:
        for variable in var_list:
            self._zeros_slot(variable, "momentum", self._name)

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")
        self._momentum_tensor = self._hyperparameter(self._momentum, "momentum")

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        return apply_momentum, sparse_apply_momentum, resource_apply_momentum, resource_sparse_apply_momentum

    def _slots_of(self, var: Any) -> dict[str, Any]:
        return {"accum": self.get_slot(var, "momentum")}

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        tensors = in_type(dtype, lr=self._learning_rate_tensor, momentum=self._momentum_tensor)
        return {**tensors, "use_nesterov": self._use_nesterov}

"""RMSProp (API: tf.train.RMSPropOptimizer; Tieleman and Hinton, 2012; centered: Graves, arXiv 1308.0850)."""

from __future__ import annotations

from typing import Any

from convflow.core.dtypes import DType
from convflow.modeling.variables.initializers import Ones
from convflow.ops.array.constant import ones_like
from convflow.ops.training.rmsprop import (
    apply_centered_rms_prop,
    apply_rms_prop,
    resource_apply_centered_rms_prop,
    resource_apply_rms_prop,
    resource_sparse_apply_centered_rms_prop,
    resource_sparse_apply_rms_prop,
    sparse_apply_centered_rms_prop,
    sparse_apply_rms_prop,
)
from convflow.training.optimizers.node_optimizer import Node, NodeOptimizer, in_type


class RMSPropOptimizer(NodeOptimizer):
    """Steps divided by the root of a moving average of squared gradients, element by element.

    Args:
        learning_rate, decay, momentum, epsilon: numbers, scalar tensors, or functions without arguments that return
            one. `decay` is that of the average; `epsilon` is added under the root.
        centered: divide by the gradient's standard deviation instead: the average gradient is kept too.
    """

    def __init__(
        self,
        learning_rate: Any,
        decay: Any = 0.9,
        momentum: Any = 0.0,
        epsilon: Any = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._decay = decay
        self._momentum = momentum
        self._epsilon = epsilon
        self._centered = centered
        self._learning_rate_tensor: Any = None
        self._decay_tensor: Any = None
        self._momentum_tensor: Any = None
        self._epsilon_tensor: Any = None

    def _create_slots(self, var_list: list[Any]) -> None:
        for variable in var_list:
            shape, dtype = variable.get_shape(), variable.dtype.base_dtype
            first = Ones(dtype=dtype) if shape.is_fully_defined() else ones_like(variable)
            self._get_or_make_slot_with_initializer(variable, first, shape, dtype, "rms", self._name)
            if self._centered:
                self._zeros_slot(variable, "mg", self._name)
            self._zeros_slot(variable, "momentum", self._name)

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")
        self._decay_tensor = self._hyperparameter(self._decay, "decay")
        self._momentum_tensor = self._hyperparameter(self._momentum, "momentum")
        self._epsilon_tensor = self._hyperparameter(self._epsilon, "epsilon")

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        if self._centered:
            return (
                apply_centered_rms_prop,
                sparse_apply_centered_rms_prop,
                resource_apply_centered_rms_prop,
                resource_sparse_apply_centered_rms_prop,
            )
        return apply_rms_prop, sparse_apply_rms_prop, resource_apply_rms_prop, resource_sparse_apply_rms_prop

    def _slots_of(self, var: Any) -> dict[str, Any]:
        slots = {"ms": self.get_slot(var, "rms"), "mom": self.get_slot(var, "momentum")}
        return {"mg": self.get_slot(var, "mg"), **slots} if self._centered else slots

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        return in_type(
            dtype,
            lr=self._learning_rate_tensor,
            rho=self._decay_tensor,
            momentum=self._momentum_tensor,
            epsilon=self._epsilon_tensor,
        )

"""Proximal gradient descent (API: tf.train.ProximalGradientDescentOptimizer; Duchi and Singer, 2009)."""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.ops.training.gradient_descent import (
    apply_proximal_gradient_descent,
    resource_apply_proximal_gradient_descent,
    resource_sparse_apply_proximal_gradient_descent,
    sparse_apply_proximal_gradient_descent,
)
from convflow.training.optimizers.node_optimizer import Node, NodeOptimizer


class ProximalGradientDescentOptimizer(NodeOptimizer):
    """Steps against the gradient, each followed by a step towards smaller weights.

    Args:
        learning_rate, l1_regularization_strength, l2_regularization_strength: numbers or scalar tensors of the
            variables' type.
    """

    _gradient_name: ClassVar[str] = "delta"

    def __init__(
        self,
        learning_rate: Any,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "ProximalGradientDescent",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._learning_rate_tensor: Any = None
        self._l1_regularization_strength_tensor: Any = None
        self._l2_regularization_strength_tensor: Any = None

    def _prepare(self) -> None:
        self._learning_rate_tensor = convert_to_tensor(self._learning_rate, name="learning_rate")
        self._l1_regularization_strength_tensor = convert_to_tensor(
            self._l1_regularization_strength, name="l1_regularization_strength"
        )
        self._l2_regularization_strength_tensor = convert_to_tensor(
            self._l2_regularization_strength, name="l2_regularization_strength"
        )

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        return (
            apply_proximal_gradient_descent,
            sparse_apply_proximal_gradient_descent,
            resource_apply_proximal_gradient_descent,
            resource_sparse_apply_proximal_gradient_descent,
        )

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        return {
            "alpha": self._learning_rate_tensor,
            "l1": self._l1_regularization_strength_tensor,
            "l2": self._l2_regularization_strength_tensor,
        }

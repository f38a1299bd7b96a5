"""Proximal AdaGrad (API: tf.train.ProximalAdagradOptimizer; Duchi and Singer, 2009)."""

from __future__ import annotations

from typing import Any

from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import colocate_with
from convflow.ops.array.constant import constant
from convflow.ops.training.adagrad import (
    apply_proximal_adagrad,
    resource_apply_proximal_adagrad,
    resource_sparse_apply_proximal_adagrad,
    sparse_apply_proximal_adagrad,
)
from convflow.training.optimizers.adagrad import check_positive
from convflow.training.optimizers.node_optimizer import Node, NodeOptimizer


class ProximalAdagradOptimizer(NodeOptimizer):
    """AdaGrad's steps, each followed by a step of the same rate towards smaller weights.

    Args:
        learning_rate, l1_regularization_strength, l2_regularization_strength: numbers or scalar tensors of the
            variables' type.
        initial_accumulator_value: what the sum of squared gradients begins with, a positive number.

    Raises:
        ValueError: `initial_accumulator_value` is not positive.
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "ProximalAdagrad",
    ) -> None:
        check_positive(initial_accumulator_value, "initial_accumulator_value")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._l1_regularization_strength_tensor: Any = None
        self._l2_regularization_strength_tensor: Any = None
        self._learning_rate_tensor: Any = None

    def _create_slots(self, var_list: list[Any]) -> None:
        for variable in var_list:
            with colocate_with(variable):
                first = constant(
                    self._initial_accumulator_value, shape=variable.get_shape(), dtype=variable.dtype.base_dtype
                )
            self._get_or_make_slot(variable, first, "accumulator", self._name)

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
            apply_proximal_adagrad,
            sparse_apply_proximal_adagrad,
            resource_apply_proximal_adagrad,
            resource_sparse_apply_proximal_adagrad,
        )

    def _slots_of(self, var: Any) -> dict[str, Any]:
        return {"accum": self.get_slot(var, "accumulator")}

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        return {
            "lr": self._learning_rate_tensor,
            "l1": self._l1_regularization_strength_tensor,
            "l2": self._l2_regularization_strength_tensor,
        }

"""AdaGrad with dual averaging (API: tf.train.AdagradDAOptimizer; Duchi, Hazan and Singer, JMLR 2011)."""

from __future__ import annotations

from typing import Any

from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import colocate_with, device
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import identity
from convflow.ops.training.adagrad import (
    apply_adagrad_da,
    resource_apply_adagrad_da,
    resource_sparse_apply_adagrad_da,
    sparse_apply_adagrad_da,
)
from convflow.training.optimizers.adagrad import check_positive
from convflow.training.optimizers.node_optimizer import Node, NodeOptimizer, in_type


class AdagradDAOptimizer(NodeOptimizer):
    """A variable is computed anew at each step from the sums of its gradients and of their squares.

    Args:
        learning_rate: a number or scalar tensor.
        global_step: a variable or tensor that counts the steps; it matters for the regularization.
        initial_gradient_squared_accumulator_value: what the sum of squares begins with, a positive number.
        l1_regularization_strength, l2_regularization_strength: numbers; 0 is none.

    Raises:
        ValueError: `initial_gradient_squared_accumulator_value` is not positive.
    """

    def __init__(
        self,
        learning_rate: Any,
        global_step: Any,
        initial_gradient_squared_accumulator_value: float = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "AdagradDA",
    ) -> None:
        check_positive(initial_gradient_squared_accumulator_value, "initial_gradient_squared_accumulator_value")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_gradient_squared_accumulator_value = initial_gradient_squared_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._global_step = global_step
        self._learning_rate_tensor: Any = None
        self._global_step_on_worker: Any = None

    def _create_slots(self, var_list: list[Any]) -> None:
        first_square = self._initial_gradient_squared_accumulator_value
        for variable in var_list:
            shape, dtype = variable.get_shape(), variable.dtype.base_dtype
            with colocate_with(variable):
                zero = constant(0.0, shape=shape, dtype=dtype)
                square = constant(first_square, shape=shape, dtype=dtype)
            self._get_or_make_slot(variable, zero, "gradient_accumulator", self._name)
            self._get_or_make_slot(variable, square, "gradient_squared_accumulator", self._name)

    def _prepare(self) -> None:
        self._learning_rate_tensor = convert_to_tensor(self._learning_rate, name="learning_rate")
        with colocate_with(self._learning_rate_tensor):
            self._global_step_on_worker = identity(self._global_step) + 1

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        return (
            apply_adagrad_da,
            sparse_apply_adagrad_da,
            resource_apply_adagrad_da,
            resource_sparse_apply_adagrad_da,
        )

    def _slots_of(self, var: Any) -> dict[str, Any]:
        return {
            "gradient_accumulator": self.get_slot(var, "gradient_accumulator"),
            "gradient_squared_accumulator": self.get_slot(var, "gradient_squared_accumulator"),
        }

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        with device(var.device):
            global_step = identity(self._global_step_on_worker)
        strengths = {"l1": self._l1_regularization_strength, "l2": self._l2_regularization_strength}
        return {**in_type(dtype, lr=self._learning_rate_tensor, **strengths), "global_step": global_step}

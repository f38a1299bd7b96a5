"""AdaGrad (API: tf.train.AdagradOptimizer; Duchi, Hazan and Singer, JMLR 2011)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core.dtypes import DType
from convflow.modeling.variables.initializers import Constant
from convflow.ops.array.constant import fill
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.cast import cast
from convflow.ops.training.adagrad import (
    apply_adagrad,
    resource_apply_adagrad,
    resource_sparse_apply_adagrad,
    sparse_apply_adagrad,
)
from convflow.training.optimizers.node_optimizer import Node, NodeOptimizer, in_type


class AdagradOptimizer(NodeOptimizer):
    """Steps divided by the root of the sum of squared gradients, element by element.

    Args:
        learning_rate: a number, a scalar tensor, or a function without arguments that returns one.
        initial_accumulator_value: what the sum begins with, a positive number.

    Raises:
        ValueError: `initial_accumulator_value` is not positive.
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        check_positive(initial_accumulator_value, "initial_accumulator_value")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value
        self._learning_rate_tensor: Any = None

    def _create_slots(self, var_list: list[Any]) -> None:
        for variable in var_list:
            dtype = variable.dtype.base_dtype
            initializer = self._initializer(variable, dtype)
            self._get_or_make_slot_with_initializer(
                variable, initializer, variable.get_shape(), dtype, "accumulator", self._name
            )

    def _initializer(self, variable: Any, dtype: DType) -> Any:
        if variable.get_shape().is_fully_defined():
            return Constant(self._initial_accumulator_value, dtype=dtype)
        return self._init_constant_op(variable, dtype)

    def _init_constant_op(self, v: Any, dtype: DType) -> Callable[[], Any]:
        return lambda: cast(fill(shape_of(v), self._initial_accumulator_value), dtype)

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        return apply_adagrad, sparse_apply_adagrad, resource_apply_adagrad, resource_sparse_apply_adagrad

    def _slots_of(self, var: Any) -> dict[str, Any]:
        return {"accum": self.get_slot(var, "accumulator")}

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        return in_type(dtype, lr=self._learning_rate_tensor)


def check_positive(value: float, name: str) -> None:
    """ValueError for what an accumulator of squares cannot begin with."""
    if value <= 0.0:
        raise ValueError(f"{name} must be positive: {value}. Steps are divided by its root.")

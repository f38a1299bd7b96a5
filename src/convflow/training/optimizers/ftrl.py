"""FTRL-Proximal (API: tf.train.FtrlOptimizer; McMahan et al., "Ad Click Prediction", KDD 2013)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.ops.array.constant import ones
from convflow.ops.math.arithmetic import maximum
from convflow.ops.training.ftrl import (
    apply_ftrl,
    apply_ftrl_v2,
    resource_apply_ftrl,
    resource_apply_ftrl_v2,
    resource_sparse_apply_ftrl,
    resource_sparse_apply_ftrl_v2,
    sparse_apply_ftrl,
    sparse_apply_ftrl_v2,
)
from convflow.training.optimizers.node_optimizer import Node, NodeOptimizer, in_type


class FtrlOptimizer(NodeOptimizer):
    """Follows the regularized leader: weights that l1 keeps small become exactly zero.

    Args:
        learning_rate: a number or scalar tensor.
        learning_rate_power: how the rate falls with the sum of squared gradients, 0 or less; 0 keeps it.
        initial_accumulator_value: what the sum of squared gradients begins with, 0 or more.
        l1_regularization_strength, l2_regularization_strength: 0 or more; act on the weights' size over all steps.
        accum_name, linear_name: the suffixes of the slots' names, the optimizer's name by default.
        l2_shrinkage_regularization_strength: 0 or more; adds to the gradient, not to the weights' final size.
        beta: the paper's beta; 0 by default.

    Raises:
        ValueError: one of these is out of its range.
    """

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
        accum_name: str | None = None,
        linear_name: str | None = None,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float | None = None,
    ) -> None:
        super().__init__(use_locking, name)
        if learning_rate_power > 0.0:
            raise ValueError(f"learning_rate_power {learning_rate_power} needs to be negative or zero")
        for value, what in (
            (initial_accumulator_value, "initial_accumulator_value"),
            (l1_regularization_strength, "l1_regularization_strength"),
            (l2_regularization_strength, "l2_regularization_strength"),
            (l2_shrinkage_regularization_strength, "l2_shrinkage_regularization_strength"),
        ):
            if value < 0.0:
                raise ValueError(f"{what} {value} needs to be positive or zero")
        self._learning_rate = learning_rate
        self._learning_rate_power = learning_rate_power
        self._initial_accumulator_value = initial_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._beta = 0.0 if beta is None else beta
        self._l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self._accum_name = accum_name
        self._linear_name = linear_name
        self._learning_rate_tensor: Any = None
        self._learning_rate_power_tensor: Any = None
        self._l1_regularization_strength_tensor: Any = None
        self._adjusted_l2_regularization_strength_tensor: Any = None
        self._l2_shrinkage_regularization_strength_tensor: Any = None
        self._beta_tensor: Any = None

    def _create_slots(self, var_list: list[Any]) -> None:
        for variable in var_list:
            self._get_or_make_slot_with_initializer(
                variable,
                self._first_accumulator,
                variable.shape,
                variable.dtype,
                "accum",
                self._accum_name or self._name,
            )
            self._zeros_slot(variable, "linear", self._linear_name or self._name)

    def _first_accumulator(self, shape: Any, dtype: Any = dtypes.float32, partition_info: Any = None) -> Any:
        return ones(shape, dtype) * self._initial_accumulator_value

    def _prepare(self) -> None:
        self._learning_rate_tensor = convert_to_tensor(self._learning_rate, name="learning_rate")
        self._l1_regularization_strength_tensor = convert_to_tensor(
            self._l1_regularization_strength, name="l1_regularization_strength"
        )
        # The paper's beta / alpha acts like an l2 of half its size.
        self._adjusted_l2_regularization_strength_tensor = convert_to_tensor(
            self._l2_regularization_strength + self._beta / (2.0 * maximum(self._learning_rate, 1e-36)),
            name="adjusted_l2_regularization_strength",
        )
        self._beta_tensor = convert_to_tensor(self._beta, name="beta")
        self._l2_shrinkage_regularization_strength_tensor = convert_to_tensor(
            self._l2_shrinkage_regularization_strength, name="l2_shrinkage_regularization_strength"
        )
        self._learning_rate_power_tensor = convert_to_tensor(self._learning_rate_power, name="learning_rate_power")

    @property
    def _shrinks(self) -> bool:
        return self._l2_shrinkage_regularization_strength > 0.0

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        if self._shrinks:
            return apply_ftrl_v2, sparse_apply_ftrl_v2, resource_apply_ftrl_v2, resource_sparse_apply_ftrl_v2
        return apply_ftrl, sparse_apply_ftrl, resource_apply_ftrl, resource_sparse_apply_ftrl

    def _slots_of(self, var: Any) -> dict[str, Any]:
        return {"accum": self.get_slot(var, "accum"), "linear": self.get_slot(var, "linear")}

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        shrinkage = {"l2_shrinkage": self._l2_shrinkage_regularization_strength_tensor} if self._shrinks else {}
        return in_type(
            dtype,
            lr=self._learning_rate_tensor,
            l1=self._l1_regularization_strength_tensor,
            l2=self._adjusted_l2_regularization_strength_tensor,
            **shrinkage,
            lr_power=self._learning_rate_power_tensor,
        )

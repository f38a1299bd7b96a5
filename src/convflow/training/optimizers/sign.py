"""Steps by the agreement of signs (API: tf.contrib.opt; Bello et al., "Neural Optimizer Search", ICML 2017)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation
from convflow.ops.training.sign import (
    apply_add_sign,
    apply_power_sign,
    resource_apply_add_sign,
    resource_apply_power_sign,
)
from convflow.training.optimizers.node_optimizer import Node, NodeOptimizer, in_type


class _SignOptimizer(NodeOptimizer):
    """What both have in common: the moving average of gradients, and how much signs matter as time goes on."""

    def __init__(
        self,
        learning_rate: Any,
        beta: Any,
        sign_decay_fn: Callable[[Any], Any] | None,
        use_locking: bool,
        name: str,
    ) -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._beta = beta
        self._sign_decay_fn = sign_decay_fn
        self._lr_t: Any = None
        self._beta_t: Any = None
        self._sign_decay_t: Any = None

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Operation:
        if self._sign_decay_fn is not None:
            self._sign_decay_t = convert_to_tensor(self._sign_decay_fn(global_step), name="sign_decay")
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def _create_slots(self, var_list: list[Any]) -> None:
        for variable in var_list:
            self._zeros_slot(variable, "m", self._name)

    def _prepare(self) -> None:
        self._lr_t = convert_to_tensor(self._lr, name="learning_rate")
        self._beta_t = convert_to_tensor(self._beta, name="beta")
        if self._sign_decay_fn is None:
            self._sign_decay_t = convert_to_tensor(1.0, name="sign_decay")

    def _slots_of(self, var: Any) -> dict[str, Any]:
        return {"m": self.get_slot(var, "m")}

    # The average of rows without a gradient decays too, so all rows are updated.

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Any) -> Operation:
        return self._apply_dense(convert_to_tensor(grad), var)

    def _resource_apply_sparse_duplicate_indices(self, grad: Any, handle: Any, indices: Any) -> Operation:
        whole = IndexedSlices(grad, indices, convert_to_tensor(handle.shape.as_list()))
        return self._resource_apply_dense(convert_to_tensor(whole), handle)


class AddSignOptimizer(_SignOptimizer):
    """Steps of (alpha + sign_decay * sign(gradient) * sign(average)) * gradient (API: tf.contrib.opt.AddSignOptimizer).

    Args:
        sign_decay_fn: a function of the global step that returns how much signs matter; 1 by default.
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        alpha: Any = 1.0,
        beta: Any = 0.9,
        sign_decay_fn: Callable[[Any], Any] | None = None,
        use_locking: bool = False,
        name: str = "AddSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._alpha = alpha
        self._alpha_t: Any = None

    def _prepare(self) -> None:
        super()._prepare()
        self._alpha_t = convert_to_tensor(self._alpha, name="alpha")

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        return apply_add_sign, apply_add_sign, resource_apply_add_sign, resource_apply_add_sign

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        return in_type(dtype, lr=self._lr_t, alpha=self._alpha_t, sign_decay=self._sign_decay_t, beta=self._beta_t)


class PowerSignOptimizer(_SignOptimizer):
    """Steps of base^(sign_decay * sign(gradient) * sign(average)) * gradient (API: tf.contrib.opt.PowerSignOptimizer).

    Args:
        sign_decay_fn: a function of the global step that returns how much signs matter; 1 by default.
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        base: float = math.e,
        beta: Any = 0.9,
        sign_decay_fn: Callable[[Any], Any] | None = None,
        use_locking: bool = False,
        name: str = "PowerSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._logbase = math.log(base)
        self._logbase_t: Any = None

    def _prepare(self) -> None:
        super()._prepare()
        self._logbase_t = convert_to_tensor(self._logbase, name="logbase")

    def _nodes(self) -> tuple[Node, Node, Node, Node]:
        return apply_power_sign, apply_power_sign, resource_apply_power_sign, resource_apply_power_sign

    def _values(self, var: Any, dtype: DType) -> dict[str, Any]:
        return in_type(dtype, lr=self._lr_t, logbase=self._logbase_t, sign_decay=self._sign_decay_t, beta=self._beta_t)

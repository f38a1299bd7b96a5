"""Weights that decay apart from the gradient (API: tf.contrib.opt; Loshchilov and Hutter, arXiv 1711.05101)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import no_op
from convflow.ops.math.cast import cast
from convflow.ops.scatter import scatter_add
from convflow.training.optimizers.adam import AdamOptimizer
from convflow.training.optimizers.momentum import MomentumOptimizer
from convflow.training.optimizers.optimizer import Optimizer


class DecoupledWeightDecayExtension:
    """To be put before an optimizer among a class's bases: before each step, weights shrink by a part of theirs.

    Unlike an l2 loss, the decay does not pass through the optimizer's moments.

    Args:
        weight_decay: a number, a scalar tensor, or a function without arguments that returns one. It is not scaled by
            the learning rate: let it follow the same schedule.
        kwargs: the optimizer's own arguments.
    """

    def __init__(self, weight_decay: Any, **kwargs: Any) -> None:
        self._weight_decay = weight_decay
        self._weight_decay_tensor: Any = None
        self._decay_var_list: set[Any] | None = None
        super().__init__(**kwargs)

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = Optimizer.GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
        decay_var_list: Iterable[Any] | None = None,
    ) -> Operation:
        """`tf.train.Optimizer.minimize`; only the variables in `decay_var_list`, by default all, decay."""
        self._decay_var_list = set(decay_var_list) if decay_var_list else None
        return super().minimize(  # type: ignore[misc]
            loss,
            global_step=global_step,
            var_list=var_list,
            gate_gradients=gate_gradients,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
            name=name,
            grad_loss=grad_loss,
        )

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
        decay_var_list: Iterable[Any] | None = None,
    ) -> Operation:
        """`tf.train.Optimizer.apply_gradients`; only the variables in `decay_var_list`, by default all, decay."""
        if decay_var_list:
            self._decay_var_list = set(decay_var_list)
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)  # type: ignore[misc]

    def _prepare(self) -> None:
        weight_decay = self._call_if_callable(self._weight_decay)  # type: ignore[attr-defined]
        self._weight_decay_tensor = convert_to_tensor(weight_decay, name="weight_decay")
        super()._prepare()  # type: ignore[misc]

    def _decays(self, var: Any) -> bool:
        return self._decay_var_list is None or var in self._decay_var_list

    def _decay_weights_op(self, var: Any) -> Any:
        if not self._decays(var):
            return no_op()
        decay = cast(self._weight_decay_tensor, var.dtype.base_dtype)
        return var.assign_sub(decay * var, use_locking=self._use_locking)  # type: ignore[attr-defined]

    def _decay_weights_sparse_op(self, var: Any, indices: Tensor) -> Any:
        if not self._decays(var):
            return no_op()
        decay = -cast(self._weight_decay_tensor, var.dtype.base_dtype) * gather(var, indices)
        return scatter_add(var, indices, decay, use_locking=self._use_locking)  # type: ignore[attr-defined]

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        with control_dependencies([self._decay_weights_op(var)]):
            return super()._apply_dense(grad, var)  # type: ignore[misc]

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        with control_dependencies([self._decay_weights_op(var)]):
            return super()._resource_apply_dense(grad, var)  # type: ignore[misc]

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        with control_dependencies([self._decay_weights_sparse_op(var, grad.indices)]):
            return super()._apply_sparse(grad, var)  # type: ignore[misc]

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        with control_dependencies([self._decay_weights_sparse_op(var, indices)]):
            return super()._resource_apply_sparse(grad, var, indices)  # type: ignore[misc]


def extend_with_decoupled_weight_decay(base_optimizer: Any) -> Any:
    """A class of optimizers with decoupled weight decay (API: tf.contrib.opt.extend_with_decoupled_weight_decay).

    Its instances take `weight_decay` first and the arguments of `base_optimizer` after it.

    Args:
        base_optimizer: a class of optimizers of tf.train.

    Returns:
        the class.
    """

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):
        """An optimizer whose weights decay apart from the gradient."""

        def __init__(self, weight_decay: Any, *args: Any, **kwargs: Any) -> None:
            self._weight_decay = weight_decay
            self._weight_decay_tensor: Any = None
            self._decay_var_list: set[Any] | None = None
            base_optimizer.__init__(self, *args, **kwargs)

    return OptimizerWithDecoupledWeightDecay


class MomentumWOptimizer(DecoupledWeightDecayExtension, MomentumOptimizer):
    """Momentum with decoupled weight decay (API: tf.contrib.opt.MomentumWOptimizer; Loshchilov and Hutter 2017).

    Args:
        weight_decay: which part of a weight goes at each step: a number, a scalar tensor, or a function that returns
            one.
        learning_rate, momentum, use_locking, name, use_nesterov: see `tf.train.MomentumOptimizer`.
    """

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "MomentumW",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            momentum=momentum,
            use_locking=use_locking,
            name=name,
            use_nesterov=use_nesterov,
        )


class AdamWOptimizer(DecoupledWeightDecayExtension, AdamOptimizer):
    """Adam with decoupled weight decay (API: tf.contrib.opt.AdamWOptimizer; Loshchilov and Hutter 2017).

    Args:
        weight_decay: which part of a weight goes at each step: a number, a scalar tensor, or a function that returns
            one.
        learning_rate, beta1, beta2, epsilon, use_locking, name: see `tf.train.AdamOptimizer`.
    """

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "AdamW",
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            use_locking=use_locking,
            name=name,
        )

"""The optimizer that adds up gradients of a TPU's cores (API: tf.contrib.tpu.CrossShardOptimizer)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convflow.graph.operation import Operation
from convflow.modeling.losses.weighted import Reduction
from convflow.training.optimizers.optimizer import GradsAndVars, Optimizer


class CrossShardOptimizer(Optimizer):
    """Takes the steps of another optimizer: there is one shard here, whose gradients are their own sum and mean.

    Args:
        opt: the optimizer that takes the steps.
        reduction: `tf.losses.Reduction.MEAN` or SUM.
        name: of the optimizer.
        group_assignment: how shards are grouped, of no effect.

    Raises:
        ValueError: another reduction. TypeError: an optimizer that is none of `tf.train`.
    """

    def __init__(
        self,
        opt: Optimizer,
        reduction: str = Reduction.MEAN,
        name: str = "CrossShardOptimizer",
        group_assignment: Any = None,
    ) -> None:
        accepted = (Reduction.SUM, Reduction.MEAN)
        if reduction not in accepted:
            raise ValueError(f"Argument `reduction` should be one of {accepted}. Received: {reduction}")
        if not isinstance(opt, Optimizer):
            raise TypeError(f"CrossShardOptimizer only works with a tf.train.Optimizer. Received: {opt}")
        super().__init__(False, name)
        self._opt = opt

    def compute_gradients(self, loss: Any, var_list: Any = None, *args: Any, **kwargs: Any) -> GradsAndVars:
        return self._opt.compute_gradients(loss, var_list, *args, **kwargs)

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Operation:
        return self._opt.apply_gradients(grads_and_vars, global_step, name)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        return self._opt.get_slot_names(*args, **kwargs)

    def variables(self) -> Any:
        return self._opt.variables()

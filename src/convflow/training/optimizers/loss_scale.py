"""Training with short floating types (API: tf.train.experimental.enable_mixed_precision_graph_rewrite)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convflow.core import logging
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.identity import group, no_op
from convflow.ops.control_flow import cond
from convflow.ops.math.cast import cast
from convflow.runtime.options import MixedPrecision
from convflow.training.loss_scale import as_loss_scale
from convflow.training.optimizers.optimizer import GradsAndVars, Optimizer


class MixedPrecisionLossScaleOptimizer(Optimizer):
    """Another optimizer with a scaled loss (API: tf.train.experimental.MixedPrecisionLossScaleOptimizer).

    The loss is multiplied before its gradients are taken, and these are divided. With a dynamic scale a step whose
    gradients are not finite is left out.

    Args:
        opt: the optimizer that takes the steps.
        loss_scale: a number, "dynamic", or a `LossScale`.

    Raises:
        ValueError: `opt` is no optimizer, or `loss_scale` no scale.
    """

    def __init__(self, opt: Optimizer, loss_scale: Any) -> None:
        if not isinstance(opt, Optimizer):
            raise ValueError(f'"opt" must be an instance of Optimizer, but got: {type(opt)}')
        super().__init__(opt._use_locking, opt.get_name())
        self._optimizer = opt
        self._loss_scale = as_loss_scale(loss_scale)

    def variables(self) -> list[Variable]:
        """The variables of the optimizer and of the scale."""
        return [*self._optimizer.variables(), *self._loss_scale._weights]

    def compute_gradients(self, loss: Any, *args: Any, **kwargs: Any) -> GradsAndVars:
        """As of `Optimizer`: the gradients of `loss` itself, computed by way of the scaled one."""
        scaled = loss * cast(self._loss_scale(), loss.dtype)
        pairs = self._optimizer.compute_gradients(scaled, *args, **kwargs)
        reciprocal = 1.0 / self._loss_scale()
        return [(None if grad is None else _times(grad, reciprocal), variable) for grad, variable in pairs]

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Operation:
        """As of `Optimizer`; nothing is changed where the scale says that a gradient is not finite."""
        pairs = list(grads_and_vars)
        update, should_apply = self._loss_scale.update([grad for grad, _ in pairs])
        if should_apply is True:
            return self._optimizer.apply_gradients(pairs, global_step=global_step, name=name)
        name = name or self.get_name()
        wrapped = f"{name}-wrapped"
        step = cond(should_apply, lambda: self._optimizer.apply_gradients(pairs, global_step, wrapped), no_op)
        return group(step, update, name=name)


def _times(grad: Any, factor: Any) -> Any:
    if isinstance(grad, IndexedSlices):
        return IndexedSlices(grad.values * cast(factor, grad.dtype), grad.indices, grad.dense_shape)
    return grad * cast(factor, grad.dtype)


def enable_mixed_precision_graph_rewrite(opt: Optimizer, loss_scale: Any = "dynamic") -> Optimizer:
    """Let sessions opened from here on compute in bfloat16 where it pays, and scale the loss of an optimizer (API:
    tf.train.experimental.enable_mixed_precision_graph_rewrite).

    What that means for a graph is told in `convflow.runtime.rewrites.mixed_precision`. A session whose configuration
    has `rewrite_options.auto_mixed_precision` OFF is left alone.

    Args:
        opt: the optimizer to be wrapped.
        loss_scale: a number, "dynamic", or a `LossScale`.

    Returns:
        The wrapped optimizer.

    Raises:
        ValueError: `opt` is no optimizer, or wrapped already.
    """
    if isinstance(opt, MixedPrecisionLossScaleOptimizer):
        raise ValueError(
            '"opt" must not already be an instance of a MixedPrecisionLossScaleOptimizer. '
            "`enable_mixed_precision_graph_rewrite` will wrap the optimizer itself: pass the one inside."
        )
    if not isinstance(opt, Optimizer):
        raise ValueError(f'"opt" must be an instance of a tf.train.Optimizer, but got: {opt!r}')
    wrapped = MixedPrecisionLossScaleOptimizer(opt, loss_scale)
    if MixedPrecision.was_missed:
        logging.warning(
            "You already have existing Sessions that do not use mixed precision. "
            "enable_mixed_precision_graph_rewrite() will not affect these Sessions."
        )
    MixedPrecision.is_enabled = True
    return wrapped


def disable_mixed_precision_graph_rewrite() -> None:
    """Sessions opened from here on compute in float32 again (API:
    tf.train.experimental.disable_mixed_precision_graph_rewrite)."""
    MixedPrecision.is_enabled = False

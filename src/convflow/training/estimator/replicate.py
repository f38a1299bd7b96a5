"""Model functions over several devices, of which there is one (API: tf.contrib.estimator, 1.15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from convflow.modeling.losses.weighted import Reduction
from convflow.training.optimizers.optimizer import Optimizer


class TowerOptimizer(Optimizer):
    """Adds up the gradients of a model's copies (API: tf.contrib.estimator.TowerOptimizer).

    There is one copy here, whose gradients are their own sum.

    Args:
        optimizer_or_optimizer_fn: the optimizer that takes the steps, or a function that makes it.
    """

    def __init__(self, optimizer_or_optimizer_fn: Any) -> None:
        makes = callable(optimizer_or_optimizer_fn) and not isinstance(optimizer_or_optimizer_fn, Optimizer)
        self._optimizer: Optimizer = optimizer_or_optimizer_fn() if makes else optimizer_or_optimizer_fn
        super().__init__(False, "TowerOptimizer")

    def get_name(self) -> str:
        """The name of the optimizer that takes the steps."""
        return self._optimizer.get_name()

    def compute_gradients(self, loss: Any, *args: Any, **kwargs: Any) -> Any:
        """The gradients of the one copy.

        Args:
            loss: of this copy.
            args, kwargs: as of the optimizer's `compute_gradients`.
        """
        return self._optimizer.compute_gradients(loss, *args, **kwargs)

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Any:
        """A node that takes the step.

        Args:
            grads_and_vars: what `compute_gradients` returned.
            global_step: a variable that is counted up after the updates.
            name: the node's name.
        """
        return self._optimizer.apply_gradients(grads_and_vars, global_step, name)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """A slot of the optimizer that takes the steps.

        Args:
            args, kwargs: as of its `get_slot`.
        """
        return self._optimizer.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        """The names of its slots.

        Args:
            args, kwargs: as of its `get_slot_names`.
        """
        return self._optimizer.get_slot_names(*args, **kwargs)

    def variables(self) -> Any:
        """Its variables."""
        return self._optimizer.variables()


def replicate_model_fn(
    model_fn: Callable[..., Any],
    loss_reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
    devices: Sequence[str] | None = None,
) -> Callable[..., Any]:
    """The model function for several devices (API: tf.contrib.estimator.replicate_model_fn).

    With the one device there is, that is the function itself.

    Args:
        model_fn: of an estimator; its optimizer is a `TowerOptimizer`.
        loss_reduction: how losses of copies become one: `tf.losses.Reduction`'s, but NONE.
        devices: None, or a list of one device.

    Raises:
        ValueError: the reduction is NONE. NotImplementedError: several devices.
    """
    if loss_reduction == Reduction.NONE:
        raise ValueError("Tower losses need to be reduced in some way, yet Reduction.NONE was given.")
    if devices is not None and len(devices) > 1:
        raise NotImplementedError(
            f"replicate_model_fn: {len(devices)} devices are asked for, {list(devices)}, and convflow has one. Pass "
            "one device, or leave them out."
        )
    return model_fn

"""An optimizer that keeps moving averages of what it trains (API: tf.contrib.opt.MovingAverageOptimizer)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convflow.graph.operation import Operation
from convflow.graph.scopes import control_dependencies
from convflow.modeling.variables.variable import global_variables
from convflow.ops.array.identity import group
from convflow.training.moving_averages import ExponentialMovingAverage
from convflow.training.optimizers.optimizer import GradsAndVars, Optimizer
from convflow.training.saver import Saver


class MovingAverageOptimizer(Optimizer):
    """Takes the steps of another optimizer and averages the variables.

    `swapping_saver` writes the averages under the variables' names, so that whoever restores gets the averages.

    Args:
        opt: the optimizer that takes the steps.
        average_decay, num_updates: as of `tf.train.ExponentialMovingAverage`.
        sequential_update: average after the step, rather than beside it.
    """

    def __init__(
        self, opt: Optimizer, average_decay: Any = 0.9999, num_updates: Any = None, sequential_update: bool = True
    ) -> None:
        super().__init__(False, "MovingAverageOptimizer")
        self._optimizer = opt
        self._ema = ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._swapped_names: dict[str, str] | None = None
        self._sequential_update = sequential_update

    def compute_gradients(self, *args: Any, **kwargs: Any) -> GradsAndVars:
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Operation:
        pairs = list(grads_and_vars)
        trained = [variable for grad, variable in pairs if grad is not None]
        train_op = self._optimizer.apply_gradients(pairs, global_step=global_step, name=name)
        with control_dependencies([train_op] if self._sequential_update else []):
            averaged = self._ema.apply(trained)
        self._swapped_names = {}
        for variable in trained:
            average = self._ema.average(variable)
            if average is not None:
                self._swapped_names[variable.op.name] = average.op.name
                self._swapped_names[average.op.name] = variable.op.name
        return group(train_op, averaged, name="train_with_avg")

    def swapping_saver(self, var_list: Any = None, name: str = "swapping_saver", **kwargs: Any) -> Saver:
        """A Saver that writes the averages under the variables' names, and the variables under the averages'.

        Args:
            var_list: a list of variables, or a dictionary of them by name; all global variables by default.
            kwargs: of `tf.train.Saver`.

        Raises:
            RuntimeError: nothing is trained yet.
            ValueError: a variable is to be saved without its average.
        """
        if self._swapped_names is None:
            raise RuntimeError("Must call apply_gradients or minimize before creating the swapping_saver.")
        if not isinstance(var_list, dict):
            var_list = {v.op.name: v for v in (global_variables() if var_list is None else var_list)}
        by_variable = {variable.op.name: variable for variable in var_list.values()}
        swapped = {}
        for key, variable in var_list.items():
            other = self._swapped_names.get(variable.op.name)
            if other is not None and other not in by_variable:
                raise ValueError(f"Variable to swap {variable.op.name} is not in var_list: it needs {other} beside it.")
            swapped[key] = variable if other is None else by_variable[other]
        return Saver(swapped, name=name, **kwargs)

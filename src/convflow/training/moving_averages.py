"""Moving averages of variables and values (API: tf.train.ExponentialMovingAverage)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import (
    add_to_collection,
    colocate_with,
    device,
    get_collection,
    get_default_graph,
    init_scope,
    name_scope,
)
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.scope import get_variable, get_variable_scope, variable_scope
from convflow.modeling.variables.variable import Variable, global_variables, trainable_variables
from convflow.ops import state
from convflow.ops.array.identity import group
from convflow.ops.math.arithmetic import divide, minimum, pow, truediv
from convflow.ops.math.cast import cast
from convflow.training.optimizers import slots

_TYPES = (dtypes.bfloat16, dtypes.float16, dtypes.float32, dtypes.float64)


class ExponentialMovingAverage:
    """Keeps a shadow beside each variable: shadow = decay * shadow + (1 - decay) * variable.

    Args:
        decay: a number or scalar tensor below 1, mostly close to it.
        num_updates: a count of steps; the decay is then min(decay, (1 + num_updates) / (10 + num_updates)), so that
            averages of the first steps move faster.
        zero_debias: correct averages of tensors, which begin at zero, for that.
        name: part of the shadows' names.
    """

    def __init__(
        self, decay: Any, num_updates: Any = None, zero_debias: bool = False, name: str = "ExponentialMovingAverage"
    ) -> None:
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._averages: dict[Any, Variable] = {}
        self._debiased: set[Variable] = set()

    @property
    def name(self) -> str:
        return self._name

    def apply(self, var_list: Iterable[Any] | None = None) -> Operation:
        """A node that brings the averages up to date; the shadows are made now.

        A shadow begins as its variable does, the shadow of a tensor as zeros.

        Args:
            var_list: floating variables and tensors, by default the trainable variables.

        Raises:
            TypeError: one of them is not floating.
        """
        averaged = trainable_variables() if var_list is None else list(var_list)
        for var in averaged:
            if var.dtype.base_dtype not in _TYPES:
                raise TypeError(f"The variables must be half, float, or double: {var.name} is {var.dtype.name}.")
            if var not in self._averages:
                with init_scope():
                    self._averages[var] = self._shadow(var)
        with name_scope(self._name) as scope:
            decay = self._current_decay()
            updates = [self._update(var, decay) for var in averaged]
            return group(*updates, name=scope)

    def _shadow(self, var: Any) -> Variable:
        if isinstance(var, Variable):
            with device(var.device):
                value = var.initialized_value()
            shadow = slots.create_slot(var, value, self._name)
            add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, var)
            return shadow
        is_reference = var.op.type in ("Variable", "VariableV2", "VarHandleOp")
        shadow = slots.create_zeros_slot(var, self._name, colocate_with_primary=is_reference)
        if self._zero_debias:
            self._debiased.add(shadow)
        return shadow

    def _current_decay(self) -> Tensor:
        decay = convert_to_tensor(self._decay, dtype=dtypes.float32, name="decay")
        if self._num_updates is None:
            return decay
        count = cast(self._num_updates, dtypes.float32, name="num_updates")
        return minimum(decay, (1.0 + count) / (10.0 + count))

    def _update(self, var: Any, decay: Tensor) -> Any:
        shadow = self._averages[var]
        return assign_moving_average(shadow, var, decay, zero_debias=shadow in self._debiased)

    def average(self, var: Any) -> Variable | None:
        """The shadow of a variable or tensor, None if there is none."""
        return self._averages.get(var)

    def average_name(self, var: Any) -> str:
        """The name a shadow has, or would have: under it checkpoints hold the average."""
        if var in self._averages:
            return self._averages[var].op.name
        return get_default_graph().unique_name(f"{var.op.name}/{self._name}", mark_as_used=False)

    def variables_to_restore(self, moving_avg_variables: Iterable[Any] | None = None) -> dict[str, Any]:
        """For a `tf.train.Saver`: restores variables that were averaged from their averages, the others as they are.

        Args:
            moving_avg_variables: the variables to take from averages, by default all trainable ones and all averaged.
        """
        if moving_avg_variables is None:
            moving_avg_variables = trainable_variables() + get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES)
        found = {self.average_name(variable): variable for variable in dict.fromkeys(moving_avg_variables)}
        averaged = {variable.name for variable in found.values()}
        for variable in global_variables():
            if variable.name not in averaged:
                found.setdefault(variable.op.name, variable)
        return found


def assign_moving_average(
    variable: Variable, value: Any, decay: Any, zero_debias: bool = True, name: str | None = None
) -> Tensor:
    """variable -= (1 - decay) * (variable - value) (tensorflow.python.training.moving_averages).

    Args:
        value: a tensor of the variable's shape.
        decay: a number or scalar tensor.
        zero_debias: the variable began at zero rather than at a value: correct for that, as Adam does, with a biased
            average and a count kept in variables beside it.

    Returns:
        The reference of the variable after the update.
    """
    with name_scope(name, "AssignMovingAvg", [variable, value, decay]) as scope:
        rate = convert_to_tensor(1.0 - decay, name="decay")
        if rate.dtype.base_dtype is not variable.dtype.base_dtype:
            rate = cast(rate, variable.dtype.base_dtype)
        if zero_debias:
            return _debiased(variable, value, rate, scope)
        return state.assign_sub(variable, (variable - value) * rate, name=scope)


def _debiased(variable: Variable, value: Any, rate: Tensor, scope: str) -> Tensor:
    with variable_scope(variable.op.name, values=[variable, value, rate]), colocate_with(variable.op):
        dtype = variable.dtype.base_dtype
        biased = get_variable(
            _unused("biased"), shape=variable.get_shape(), dtype=dtype, initializer=Zeros(), trainable=False
        )
        steps = get_variable(_unused("local_step"), shape=[], dtype=dtype, initializer=Zeros(), trainable=False)
    average = state.assign_sub(biased, (biased - value) * rate)
    count = steps.assign_add(1)
    weight = 1 - pow(1.0 - rate, count)
    return state.assign(variable, average / weight, name=scope)


def _unused(name: str) -> str:
    """A name that no variable of the scope has: a variable may be averaged more than once."""
    scope = get_variable_scope()
    if scope.reuse:
        return name
    taken = {variable.op.name for variable in global_variables(scope.name)}
    number, free = 0, name
    while f"{scope.name}/{free}" in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def weighted_moving_average(
    value: Tensor,
    decay: Any,
    weight: Tensor,
    truediv: bool = True,
    collections: Any = None,
    name: str | None = None,
) -> Tensor:
    """A moving average in which each value counts as much as its weight says.

    Args:
        value: a floating tensor.
        decay: a number or scalar tensor.
        weight: a tensor that multiplies with `value`.
        truediv: divide as in Python 3; otherwise as `tf.divide` does.
        collections: where the two variables are listed, GLOBAL_VARIABLES by default.
    """
    collections = [GraphKeys.GLOBAL_VARIABLES] if collections is None else collections
    with variable_scope(name, "WeightedMovingAvg", [value, weight, decay]) as scope:
        totals = [
            get_variable(
                which,
                shape=tensor.get_shape(),
                dtype=tensor.dtype,
                initializer=Zeros(),
                trainable=False,
                collections=collections,
            )
            for which, tensor in (("value_x_weight", value), ("weight", weight))
        ]
        numerator = assign_moving_average(totals[0], value * weight, decay, zero_debias=False)
        denominator = assign_moving_average(totals[1], weight, decay, zero_debias=False)
        quotient = _truediv if truediv else divide
        return quotient(numerator, denominator, name=scope.name)


_truediv = truediv

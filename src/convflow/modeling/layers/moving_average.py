"""Variables that follow a value slowly, and the nodes that move them."""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import beside, name_scope
from convflow.modeling.variables.variable import Variable
from convflow.ops import state
from convflow.ops.math.cast import cast


def assign_moving_average(variable: Variable, value: Tensor, momentum: Any) -> Tensor:
    """A node that moves `variable` towards `value` by 1 - momentum of the distance.

    Args:
        momentum: a number or a scalar tensor in [0, 1].
    """
    dtype = variable.dtype.base_dtype
    with name_scope("AssignMovingAvg") as scope, beside(variable):
        decay = cast(convert_to_tensor(1.0 - momentum, name="decay"), dtype)
        distance: Any = variable - cast(value, dtype)
        return state.assign_sub(variable, distance * decay, name=scope)


def assign_new_value(variable: Variable, value: Any) -> Tensor:
    """A node that writes `value` into `variable`."""
    with name_scope("AssignNewValue") as scope, beside(variable):
        return state.assign(variable, value, name=scope)

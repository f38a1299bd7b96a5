"""Variables that an optimizer keeps beside each variable it trains, such as moments.

A slot is called after its variable and the optimizer, `conv/weights/Adam`, numbered if there are several.
"""

from __future__ import annotations

from typing import Any

from convflow.graph.scopes import colocate_with
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.scope import get_variable, variable_scope
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.constant import zeros
from convflow.ops.array.shape_ops import shape as shape_of


def create_slot(primary: Variable, value: Any, name: str) -> Variable:
    """A slot of `primary` that begins as the tensor `value`."""
    return _slot(primary, name, initializer=value, validate_shape=value.shape.is_fully_defined())


def create_slot_with_initializer(primary: Variable, initializer: Any, shape: Any, dtype: Any, name: str) -> Variable:
    """A slot of `primary` whose first value an initializer makes."""
    return _slot(primary, name, initializer=initializer, shape=shape, dtype=dtype)


def create_zeros_slot(primary: Variable, name: str, dtype: Any = None) -> Variable:
    """A slot of `primary`, of its shape, that begins as zeros."""
    dtype = primary.dtype.base_dtype if dtype is None else dtype
    if primary.shape.is_fully_defined():
        return create_slot_with_initializer(primary, Zeros(), primary.shape, dtype, name)
    return create_slot(primary, zeros(shape_of(primary.initial_value), dtype=dtype), name)


def _slot(primary: Variable, name: str, **arguments: Any) -> Variable:
    # The scope's name is the variable's: an empty name within it adds nothing.
    with variable_scope(None, f"{primary.op.name}/{name}"), colocate_with(primary):
        return get_variable("", trainable=False, **arguments)

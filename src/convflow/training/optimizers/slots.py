"""Variables that stand beside others, such as an optimizer's moments (tensorflow.python.training.slot_creator).

A slot is called after its variable and its owner, `conv/weights/Adam`, numbered if there are several.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from convflow.graph.scopes import beside
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.scope import get_variable, get_variable_scope, variable_scope
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.constant import zeros
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.state import is_resource


def create_slot(primary: Any, val: Any, name: str, colocate_with_primary: bool = True) -> Variable:
    """A slot of `primary` that begins as the tensor `val`.

    Args:
        primary: a variable or tensor.
        val: the first value; its shape is the slot's for good if it is known.
        name: added to the primary's name.
        colocate_with_primary: put the slot where the primary is.
    """
    known = val.get_shape().is_fully_defined()
    return _slot(primary, name, colocate_with_primary, initializer=val, validate_shape=known)


def create_slot_with_initializer(
    primary: Any, initializer: Any, shape: Any, dtype: Any, name: str, colocate_with_primary: bool = True
) -> Variable:
    """A slot of `primary` whose first value an initializer makes, or that begins as a tensor."""
    return _slot(
        primary,
        name,
        colocate_with_primary,
        initializer=initializer,
        shape=shape if callable(initializer) else None,
        dtype=dtype,
        validate_shape=shape.is_fully_defined(),
    )


def create_zeros_slot(primary: Any, name: str, dtype: Any = None, colocate_with_primary: bool = True) -> Variable:
    """A slot of `primary`, of its shape, that begins as zeros."""
    dtype = primary.dtype.base_dtype if dtype is None else dtype
    shape = primary.get_shape()
    if shape.is_fully_defined():
        return create_slot_with_initializer(primary, Zeros(), shape, dtype, name, colocate_with_primary)
    # Of a variable without a shape of its own, the first value has one before there is any other.
    sizes = shape_of(primary.initialized_value() if isinstance(primary, Variable) else primary)
    return create_slot(primary, zeros(sizes, dtype=dtype), name, colocate_with_primary)


def _slot(primary: Any, name: str, colocate: bool, **arguments: Any) -> Variable:
    prefix = primary._shared_name if isinstance(primary, Variable) else primary.op.name
    location = beside(primary) if colocate else nullcontext()
    # The scope's name is the variable's: an empty name within it adds nothing.
    with variable_scope(None, f"{prefix}/{name}"), location:
        # The slot of a part is whole: it is not parted again.
        get_variable_scope().set_partitioner(None)
        slot = get_variable("", trainable=False, use_resource=_kind(primary), **arguments)
    return _placed_in_whole(slot, primary)


def _kind(primary: Any) -> bool | None:
    """Whether slots are resource variables: as their variable is, or the scope's default for a tensor's slot."""
    if is_resource(primary):
        return True
    return False if isinstance(primary, Variable) else None


def _placed_in_whole(slot: Variable, primary: Any) -> Variable:
    """The slot of a part of a partitioned variable is the same part of a whole slot."""
    part = getattr(primary, "_save_slice_info", None)
    if part is None or slot.shape.rank == 0:
        return slot
    # As many characters as the variable's name has, also where the slot stands in one scope more: checkpoints of
    # TensorFlow's estimators have the names that come of it, such as "dnn/logits/bias/t_0/Adagrad".
    own_name = slot.op.name[len(primary.op.name) + 1 :]
    rank = slot.shape.rank
    slot._set_save_slice_info(
        type(part)(
            f"{part.full_name}/{own_name}", part.full_shape[:rank], part.var_offset[:rank], part.var_shape[:rank]
        )
    )
    return slot

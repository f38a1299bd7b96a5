"""What a saver saves: `var_list` as a sorted list of named references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convflow.core import logging
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation, Tensor
from convflow.modeling.saveable_object import SaveableObject
from convflow.modeling.variables.partitioned import PartitionedVariable
from convflow.modeling.variables.variable import Variable
from convflow.ops.state import is_resource

_VARIABLE_OPS = ("Variable", "VariableV2")


@dataclass(frozen=True)
class Saveable:
    """A variable, or a part of one, under its name in the checkpoint.

    Attributes:
        name: the key in the checkpoint.
        reference: the variable's reference or handle, through which it is restored.
        tensor: what is saved.
        slice_spec: which part of the tensor `name` the variable is, "" for all of it.
        owner: the object that saves this tensor among others, and restores all of them at once; None for a variable.
    """

    name: str
    reference: Tensor
    tensor: Tensor
    slice_spec: str = ""
    owner: SaveableObject | None = None

    @property
    def op(self) -> Operation:
        return self.reference.op

    @property
    def dtype(self) -> DType:
        return self.tensor.dtype.base_dtype

    @property
    def shape(self) -> TensorShape:
        return self.tensor.shape

    @property
    def device(self) -> str:
        return self.reference.device

    @property
    def is_resource(self) -> bool:
        """Whether the variable is known by a handle."""
        return self.reference is not self.tensor and self.reference.op.type == "VarHandleOp"


def as_saveables(var_list: Any) -> list[Saveable]:
    """The saveables of variables given by name in a dict, or in a list under their own names; sorted by name.

    A partitioned variable, whole or as the list of its parts, becomes one saveable for each part.

    Raises:
        TypeError: neither dict nor list, or something in it is no variable.
        ValueError: two variables with one name, or one with two names.
    """
    named = _by_name(var_list)
    used: dict[Operation, str] = {}
    result = []
    for name in sorted(named):
        for saveable in _saveables(name, named[name]):
            if saveable.owner is None and saveable.op in used:
                raise ValueError(
                    f"The same saveable will be restored with two names: {used[saveable.op]} and {name}. "
                    "Give each variable one name."
                )
            if saveable.owner is None:
                used[saveable.op] = name
            result.append(saveable)
    return result


def _by_name(var_list: Any) -> dict[str, Any]:
    if isinstance(var_list, Mapping):
        return dict(var_list)
    single = isinstance(var_list, (str, bytes, Variable, PartitionedVariable, Tensor))
    if single or not hasattr(var_list, "__iter__"):
        raise TypeError(
            f"Variables to save should be passed in a dict or a list. Got {var_list!r}. "
            "For a single variable pass [variable]."
        )
    named: dict[str, Any] = {}
    for item in var_list:
        if isinstance(item, SaveableObject):
            _add_object(named, item)
        elif isinstance(item, PartitionedVariable):
            _add(named, item.name, list(item))
        elif getattr(item, "_save_slice_info", None) is not None:
            _add_part(named, item)
        else:
            _add(named, _reference(item).op.name, item)
    return named


def _add(named: dict[str, Any], name: str, item: Any) -> None:
    if name in named:
        raise ValueError(f"At least two variables have the same name: {name}")
    named[name] = item


def _add_object(named: dict[str, Any], item: SaveableObject) -> None:
    """Of objects with one name TensorFlow saves the last one; tables that are given no names have the same one."""
    if item.name in named:
        logging.warning(
            "Of the objects called %s only the last one will be saved and restored: give them names.", item.name
        )
    named[item.name] = item


def _add_part(named: dict[str, Any], part: Variable) -> None:
    name = part._save_slice_info.full_name  # type: ignore[union-attr]
    parts = named.setdefault(str(name), [])
    if not isinstance(parts, list):
        raise ValueError(f"Mixing slices and non-slices with the same name: {name}")
    parts.append(part)


def _saveables(name: str, item: Any) -> list[Saveable]:
    if isinstance(item, SaveableObject):
        return [Saveable(spec.name, spec.tensor, spec.tensor, spec.slice_spec, item) for spec in item.specs]
    if isinstance(item, (list, tuple, PartitionedVariable)):
        return [_part(name, part) for part in item]
    if getattr(item, "_save_slice_info", None) is not None:
        return [_part(name, item)]
    reference = _reference(item)
    return [Saveable(name, reference, item._as_graph_element() if is_resource(item) else reference)]


def _part(name: str, part: Any) -> Saveable:
    info = getattr(part, "_save_slice_info", None)
    if info is None:
        raise ValueError(
            f"Slices must all be parts of one variable: {part!r} under {name} does not say which part it is."
        )
    tensor = part._as_graph_element() if is_resource(part) else part.value()
    return Saveable(name, _reference(part), tensor, info.spec)


def _reference(item: Any) -> Tensor:
    if isinstance(item, Variable) and is_resource(item):
        return item._ref()
    reference = item._ref() if isinstance(item, Variable) else item
    if not isinstance(reference, Tensor) or reference.op.type not in _VARIABLE_OPS:
        raise TypeError(
            f"Variable to save is not a Variable: {item}. Only variables have a value to save; to keep the value "
            "of a tensor, assign it to a tf.Variable."
        )
    return reference

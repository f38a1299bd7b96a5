"""What a saver saves: `var_list` as a sorted list of named references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation, Tensor
from convflow.modeling.variables.variable import Variable

_VARIABLE_OPS = ("Variable", "VariableV2")


@dataclass(frozen=True)
class Saveable:
    """A variable under its name in the checkpoint.

    Attributes:
        name: the key in the checkpoint.
        reference: the variable's reference, which is read to save and assigned to restore.
        slice_spec: which part of the tensor `name` the variable is, "" for all of it.
    """

    name: str
    reference: Tensor
    slice_spec: str = ""

    @property
    def op(self) -> Operation:
        return self.reference.op

    @property
    def dtype(self) -> DType:
        return self.reference.dtype.base_dtype

    @property
    def shape(self) -> TensorShape:
        return self.reference.shape

    @property
    def device(self) -> str:
        return self.reference.device


def as_saveables(var_list: Any) -> list[Saveable]:
    """The saveables of variables given by name in a dict, or in a list under their own names; sorted by name.

    Raises:
        TypeError: neither dict nor list, or something in it is no variable.
        ValueError: two variables with one name, or one with two names.
    """
    named = _by_name(var_list)
    used: dict[Operation, str] = {}
    result = []
    for name in sorted(named):
        saveable = _saveable(name, named[name])
        if saveable.op in used:
            raise ValueError(
                f"The same saveable will be restored with two names: {used[saveable.op]} and {name}. "
                "Give each variable one name."
            )
        used[saveable.op] = name
        result.append(saveable)
    return result


def _by_name(var_list: Any) -> dict[str, Any]:
    if isinstance(var_list, Mapping):
        return dict(var_list)
    if isinstance(var_list, (str, bytes, Variable, Tensor)) or not hasattr(var_list, "__iter__"):
        raise TypeError(
            f"Variables to save should be passed in a dict or a list. Got {var_list!r}. "
            "For a single variable pass [variable]."
        )
    named: dict[str, Any] = {}
    for item in var_list:
        name = _own_name(item)
        if name in named:
            raise ValueError(f"At least two variables have the same name: {name}")
        named[name] = item
    return named


def _own_name(item: Any) -> str:
    slice_info = getattr(item, "_save_slice_info", None)
    return slice_info.full_name if slice_info is not None else _reference(item).op.name


def _saveable(name: str, item: Any) -> Saveable:
    slice_info = getattr(item, "_save_slice_info", None)
    return Saveable(name, _reference(item), "" if slice_info is None else slice_info.spec)


def _reference(item: Any) -> Tensor:
    reference = item._ref() if isinstance(item, Variable) else item
    if not isinstance(reference, Tensor) or reference.op.type not in _VARIABLE_OPS:
        raise TypeError(
            f"Variable to save is not a Variable: {item}. Only variables have a value to save; to keep the value "
            "of a tensor, assign it to a tf.Variable."
        )
    return reference

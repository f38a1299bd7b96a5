"""From Python values to tensors (API: tf.convert_to_tensor, tf.register_tensor_conversion_function)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.graph.operation import Tensor

# Takes value, and by keyword dtype, name and as_ref; returns a tensor, or NotImplemented to leave it to the next one.
Conversion = Callable[..., Any]
_conversions: dict[int, list[tuple[Any, Conversion]]] = {}
_by_type: dict[type, list[Conversion]] = {}
DEFAULT_PRIORITY = 100


def register_tensor_conversion_function(base_type: Any, conversion_func: Any, priority: int = DEFAULT_PRIORITY) -> None:
    """Say how values of `base_type` become tensors; smaller priorities are asked first.

    Args:
        base_type: a type or a tuple of types.
        conversion_func: takes (value, dtype, name, as_ref) by keyword, returns a tensor or NotImplemented.

    Raises:
        TypeError: an argument is of another kind.
    """
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(item, type) for item in types):
        raise TypeError(f"Argument `base_type` must be a type or a tuple of types. Obtained: {base_type!r}")
    if not callable(conversion_func):
        raise TypeError(f"Argument `conversion_func` must be callable. Received {conversion_func!r}.")
    _conversions.setdefault(priority, []).append((base_type, conversion_func))
    _by_type.clear()


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    dtype_hint: Any = None,
    as_ref: bool = False,
) -> Tensor:
    """`value` as a tensor: itself, what it stands for, or a new constant (API: tf.convert_to_tensor).

    Args:
        value: a tensor, variable, number, string, array, or (nested) list of these.
        dtype: the element type wanted; a tensor of another type is refused, never cast.
        name: the name of the constant, if one is made.
        preferred_dtype: tried first where `dtype` is None.
        as_ref: keep a variable's reference.

    Raises:
        TypeError, ValueError: no tensor of that type can be made of the value.
    """
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    preferred = preferred_dtype if preferred_dtype is not None else dtype_hint
    if isinstance(value, Tensor):
        return _checked(value, wanted)
    if preferred is not None and wanted is None:
        try:
            return _convert(value, dtypes.as_dtype(preferred), name, as_ref)
        except (TypeError, ValueError):
            pass  # only a preference: the value decides
    return _convert(value, wanted, name, as_ref)


def _checked(tensor: Tensor, wanted: DType | None) -> Tensor:
    if wanted is not None and not wanted.is_compatible_with(tensor.dtype):
        raise ValueError(
            f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype {tensor.dtype.name}: "
            f"{tensor!r}. Use tf.cast."
        )
    return tensor


def _convert(value: Any, dtype: DType | None, name: str | None, as_ref: bool) -> Tensor:
    for conversion in _conversions_for(type(value)):
        tensor = conversion(value, dtype=dtype, name=name, as_ref=as_ref)
        if tensor is NotImplemented:
            continue
        if not isinstance(tensor, Tensor):
            raise RuntimeError(
                f"Conversion function {conversion!r} for type {type(value)} returned non-Tensor: {tensor!r}. "
                "It must return a tf.Tensor or NotImplemented."
            )
        return _checked(tensor, dtype)
    raise TypeError(f"Cannot convert {value!r} with type {type(value)} to a Tensor: no conversion function registered.")


def _conversions_for(kind: type) -> list[Conversion]:
    found = _by_type.get(kind)
    if found is None:
        found = [
            conversion
            for priority in sorted(_conversions)
            for base_type, conversion in _conversions[priority]
            if issubclass(kind, base_type)
        ]
        _by_type[kind] = found
    return found

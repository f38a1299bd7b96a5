"""Changing element types without running over (API: tf.saturate_cast)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from convflow.core.dtypes import DType, as_dtype
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_within
from convflow.ops.math.complex import real


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """`value` as another type, what does not fit set to the type's least or largest number (API: tf.saturate_cast).

    Bounds that the source type cannot hold are moved inwards to the next number that it can.

    Args:
        value: a tensor or value of a number type.
        dtype: the wanted number type. For a real one the imaginary part of complex numbers is dropped, with a warning.

    Returns:
        Of type `dtype` and the shape of `value`.
    """
    with name_scope(name, "saturate_cast", [value]) as scope:
        value = convert_to_tensor(value, name="value")
        wanted = as_dtype(dtype).base_dtype
        if value.dtype.is_complex and wanted.is_complex:
            return cast(_within_complex(value, wanted), wanted, name=scope)
        if value.dtype.is_complex:
            value = real(value)
            warnings.warn("Casting complex to real discards the imaginary part.", stacklevel=2)
        source = value.dtype.base_dtype
        low, high = _bounds(source, wanted.real_dtype)
        value = clip_within(
            value, convert_to_tensor(low, dtype=source), convert_to_tensor(high, dtype=source), name="clamp"
        )
        return cast(value, wanted, name=scope)


def _bounds(source: DType, target: DType) -> tuple[Any, Any]:
    """The least and the largest number of `source` that `target` holds."""
    kind = source.as_numpy_dtype
    low = kind(max(source.min, target.min))
    high = kind(min(float(source.max), float(target.max)))
    if float(low) < float(target.min):
        low = np.nextafter(low, kind(0), dtype=kind)
    if float(high) > float(target.max):
        high = np.nextafter(high, kind(0), dtype=kind)
    return low, high


def _within_complex(value: Tensor, wanted: DType) -> Tensor:
    if value.dtype.base_dtype is wanted or value.dtype.real_dtype.max <= wanted.real_dtype.max:
        return value
    raise TypeError(
        f"saturate_cast from {value.dtype.name} to {wanted.name} is not possible: complex numbers have no order. "
        "Use tf.cast, or saturate the parts."
    )

"""Values as the kernels hold them: PyTorch tensors, and object arrays of bytes for strings."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import torch

from convflow.core import dtypes

_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def from_numpy(array: np.ndarray) -> Any:
    """The kernel's view of an array, sharing its memory where the array is writable."""
    if array.dtype == object or array.dtype.kind in "SU":
        return as_bytes_array(array)
    if array.dtype == _BFLOAT16:
        return torch.from_numpy(array.view(np.int16).copy()).view(torch.bfloat16)
    if not array.flags.writeable or not array.flags.c_contiguous or not array.dtype.isnative:
        array = np.array(array, dtype=array.dtype.newbyteorder("="), order="C")
    return torch.from_numpy(array)


def to_numpy(value: Any) -> np.ndarray:
    """A kernel's value as an array, sharing its memory where possible."""
    if isinstance(value, torch.Tensor):
        value = value.resolve_conj().resolve_neg()
        if value.dtype == torch.bfloat16:
            return value.contiguous().view(torch.int16).numpy().view(ml_dtypes.bfloat16)
        return value.contiguous().numpy()
    return np.asarray(value)


def as_bytes_array(array: Any) -> np.ndarray:
    """Strings of any kind as an object array of bytes (text becomes UTF-8)."""
    source = np.asarray(array, dtype=object)
    result = np.empty(source.shape, dtype=object)
    for index in np.ndindex(source.shape):
        item = source[index]
        if isinstance(item, str):
            item = item.encode("utf-8")
        if not isinstance(item, bytes):
            raise TypeError(f"Expected bytes or str, got {item!r} of type {type(item).__name__}.")
        result[index] = item
    return result


def dtype_of(value: Any) -> dtypes.DType:
    """The element type of a kernel's value."""
    return dtypes.as_dtype(value.dtype)

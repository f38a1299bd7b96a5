"""Windows for short-time Fourier transforms (API: tf.signal.hann_window, tf.signal.hamming_window)."""

from __future__ import annotations

import math
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.constant import ones
from convflow.ops.array.sequence import range as range_of
from convflow.ops.control_flow import cond
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.elementwise import cos
from convflow.ops.signal.lengths import scalar_length


def hann_window(
    window_length: Any, periodic: Any = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """0.5 - 0.5 cos(2 pi k / n) (API: tf.signal.hann_window).

    Args:
        window_length: how many samples, an integer scalar.
        periodic: whether n is the length, where that is even, instead of one less.
        dtype: a floating type.

    Returns:
        Shape (window_length,).

    Raises:
        ValueError: another type; a length that is no scalar.
    """
    return _raised_cosine(name, "hann_window", window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(
    window_length: Any, periodic: Any = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """0.54 - 0.46 cos(2 pi k / n) (API: tf.signal.hamming_window).

    Args:
        window_length: how many samples, an integer scalar.
        periodic: whether n is the length, where that is even, instead of one less.
        dtype: a floating type.

    Returns:
        Shape (window_length,).

    Raises:
        ValueError: another type; a length that is no scalar.
    """
    return _raised_cosine(name, "hamming_window", window_length, periodic, dtype, 0.54, 0.46)


def _raised_cosine(name: Any, default: str, length: Any, periodic: Any, dtype: Any, a: float, b: float) -> Tensor:
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {dtype}. Leave it out for float32.")
    with name_scope(name, default, [length, periodic]):
        length = scalar_length(length, "window_length")
        if isinstance(length, Tensor):
            return cond(
                equal(length, 1), lambda: ones([length], dtype=dtype), lambda: _cosine(length, periodic, dtype, a, b)
            )
        return ones([1], dtype=dtype) if length == 1 else _cosine(length, periodic, dtype, a, b)


def _cosine(length: Any, periodic: Any, dtype: Any, a: float, b: float) -> Tensor:
    even = 1 - length % 2
    # Tensors too may say whether it is periodic.
    extra = cast(periodic, dtypes.int32) * even if isinstance(periodic, Tensor) else int(bool(periodic)) * even
    period = cast(length + extra - 1, dtype)
    angles = 2 * math.pi * cast(range_of(length), dtype) / period
    return cast(a - b * cos(angles), dtype)

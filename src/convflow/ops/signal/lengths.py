"""Lengths that may be known only in the run (API: tf.signal)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.static_value import constant_value
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.math.arithmetic import pow
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import ceil, log


def scalar_length(value: Any, what: str) -> int | Tensor:
    """A length as an integer where it is known, else as a scalar tensor.

    Raises:
        ValueError: no scalar, or no integer.
    """
    tensor = convert_to_tensor(value, name=what)
    if not tensor.dtype.is_integer:
        raise ValueError(f"{what} must be an integer. Got {tensor.dtype.name}: {value}. Cast it with tf.cast.")
    if tensor.shape.rank not in (0, None):
        raise ValueError(f"{what} must be a scalar, got shape {tensor.shape}. Give one number.")
    known = constant_value(tensor)
    return tensor if known is None else int(known)


def enclosing_power_of_two(value: int | Tensor) -> int | Tensor:
    """The smallest power of two that is not below `value`."""
    if isinstance(value, int):
        return 1 if value <= 1 else 1 << (value - 1).bit_length()
    # In float64, whose logarithms of powers of two are exact.
    exponent = ceil(log(cast(value, dtypes.float64)) / log(cast(2.0, dtypes.float64)))
    return cast(pow(cast(2.0, dtypes.float64), exponent), value.dtype)


def is_known(*values: Any) -> bool:
    """Whether all are integers."""
    return all(isinstance(value, int) for value in values)

"""Into how many parts variables are cut (API: tf.fixed_size_partitioner, tf.variable_axis_size_partitioner ...).

A partitioner takes the shape and type of a variable and returns the number of parts along each axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import as_shape

Partitioner = Callable[..., list[int]]


def fixed_size_partitioner(num_shards: int, axis: int = 0) -> Partitioner:
    """`num_shards` parts along an axis, fewer where it is shorter (API: tf.fixed_size_partitioner).

    Args:
        num_shards: how many parts.
        axis: along which a variable is cut; 0 by default.

    Returns:
        a function of shape and dtype that returns a number of parts for each axis.

    Raises:
        ValueError: (when called) the variable has no such axis.
    """

    def partitioner(shape: Any, dtype: Any = None, **_: Any) -> list[int]:
        sizes = as_shape(shape)
        _check_axis(axis, sizes)
        parts = [1] * len(sizes)
        parts[axis] = min(num_shards, int(sizes[axis]))
        return parts

    return partitioner


def variable_axis_size_partitioner(
    max_shard_bytes: int, axis: int = 0, bytes_per_string_element: int = 16, max_shards: int | None = None
) -> Partitioner:
    """Parts of at most `max_shard_bytes` along an axis, a slice at least (API: tf.variable_axis_size_partitioner).

    Args:
        bytes_per_string_element: what a string is taken to need.
        max_shards: at most so many parts, however large they get.

    Raises:
        ValueError: sizes or `max_shards` that are not positive.
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError(
            "Both max_shard_bytes and bytes_per_string_element must be positive. Currently, max_shard_bytes is "
            f"{max_shard_bytes} and bytes_per_string_element is {bytes_per_string_element}."
        )
    if max_shards is not None and max_shards < 1:
        raise ValueError(f"max_shards must be positive, got {max_shards}. Leave it out for no limit.")

    def partitioner(shape: Any, dtype: Any) -> list[int]:
        sizes = [int(size) for size in as_shape(shape)]
        _check_axis(axis, sizes)
        slice_bytes = math.prod(sizes) / sizes[axis] * _bytes_of(dtype, bytes_per_string_element)
        slices_per_shard = max(1, math.floor(max_shard_bytes / slice_bytes))
        shards = math.ceil(sizes[axis] / slices_per_shard)
        parts = [1] * len(sizes)
        parts[axis] = shards if max_shards is None else min(max_shards, shards)
        return parts

    return partitioner


def min_max_variable_partitioner(
    max_partitions: int = 1, axis: int = 0, min_slice_size: int = 256 << 10, bytes_per_string_element: int = 16
) -> Partitioner:
    """Parts of about `min_slice_size` bytes along an axis (API: tf.min_max_variable_partitioner).

    Args:
        max_partitions: at most so many parts.
        bytes_per_string_element: what a string is taken to need.
    """

    def partitioner(shape: Any, dtype: Any) -> list[int]:
        sizes = [int(size) for size in as_shape(shape)]
        _check_axis(axis, sizes)
        total = math.prod(sizes) * _bytes_of(dtype, bytes_per_string_element)
        parts = [1] * len(sizes)
        parts[axis] = max(1, min(sizes[axis], max_partitions, math.ceil(total / min_slice_size)))
        return parts

    return partitioner


def _check_axis(axis: int, sizes: Any) -> None:
    if axis >= len(sizes):
        raise ValueError(
            f"Cannot partition variable along axis {axis} when shape is only {tuple(sizes)}: choose an axis it has, or "
            "leave the partitioner out."
        )


def _bytes_of(dtype: Any, bytes_per_string_element: int) -> int:
    base = dtypes.as_dtype(dtype).base_dtype
    return bytes_per_string_element if base is dtypes.string else base.size

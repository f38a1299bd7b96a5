"""Slices sorted into several tensors, and full places as coordinates (API: tf.dynamic_partition, tf.unravel_index)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stitch import dynamic_stitch
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.types import INDEX


def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: str | None = None) -> list[Tensor]:
    """The slices of `data` with partition number 0, those with 1, and so on (API: tf.dynamic_partition).

    Args:
        data: a tensor whose shape begins with that of partitions.
        partitions: int32, from 0 up to but without num_partitions.
        num_partitions: how many tensors to make.

    Returns:
        For each partition its slices in the order of `data`.

    Raises:
        ValueError: shapes that do not begin alike.
        InvalidArgumentError: (when run) a number outside of the partitions.
    """
    result = apply_op("DynamicPartition", data=data, partitions=partitions, num_partitions=num_partitions, name=name)
    return list(result)


def _partition_shape(ctx: Any) -> list[TensorShape]:
    data, partitions, count = ctx.input(0), ctx.input(1), ctx.attr("num_partitions")
    if data.rank is None or partitions.rank is None:
        return [unknown_shape()] * count
    if data.rank < partitions.rank or not partitions.is_compatible_with(data[: partitions.rank]):
        raise ValueError(f"data.shape must start with partitions.shape, got data {data}, partitions {partitions}.")
    return [TensorShape([None]).concatenate(data[partitions.rank :])] * count


def _partition_kernel(op: Operation) -> Callable[..., Any]:
    count = op.attrs["num_partitions"]

    def compute(data: Any, partitions: torch.Tensor) -> tuple[Any, ...]:
        if partitions.shape != data.shape[: partitions.ndim]:
            raise ValueError(f"data {list(data.shape)} does not begin with partitions {list(partitions.shape)}.")
        numbers = partitions.reshape(-1)
        if numbers.numel() and not 0 <= int(numbers.min()) <= int(numbers.max()) < count:
            wrong = next(number for number in numbers.tolist() if not 0 <= number < count)
            raise ValueError(f"partitions holds {wrong}, which is not in [0, {count})")
        rows = data.reshape((numbers.numel(), *data.shape[partitions.ndim :]))
        places = [torch.nonzero(numbers == number).reshape(-1) for number in range(count)]
        return tuple(rows[place.numpy() if isinstance(rows, np.ndarray) else place] for place in places)

    return compute


def _partition_gradient(op: Operation, *grads: Tensor) -> list[Tensor | None]:
    data, partitions = op.inputs
    prefix = shape_of(partitions)
    places = reshape(range_of(reduce_prod(prefix)), prefix)
    where = dynamic_partition(places, partitions, op.attrs["num_partitions"])
    arrived = [zeros_like(output) if grad is None else grad for output, grad in zip(op.outputs, grads, strict=True)]
    return [reshape(dynamic_stitch(where, arrived), shape_of(data)), None]


register_op(
    "DynamicPartition",
    inputs="data: T; partitions: int32",
    outputs="outputs: num_partitions * T",
    attrs="num_partitions: int >= 1; T: type",
    shape=_partition_shape,
    kernel=_partition_kernel,
    gradient=_partition_gradient,
)


def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Tensor:
    """Places in an array counted row by row, as coordinates (API: tf.unravel_index).

    Args:
        indices: an integer or a vector of n of them, each below the product of `dims`.
        dims: the array's shape, a vector of k sizes.

    Returns:
        [k], or [k, n] with the coordinates of a place in a column.

    Raises:
        InvalidArgumentError: (when run) a place outside of the array.
    """
    return apply_op("UnravelIndex", indices=indices, dims=dims, name=name)


def _unravel_shape(ctx: Any) -> list[TensorShape]:
    indices, dims = ctx.input(0), ctx.input(1)
    if dims.rank not in (None, 0, 1):
        raise ValueError(f"dims must be a vector of sizes, has shape {dims}.")
    if indices.rank is None or dims.rank is None:
        return [unknown_shape()]
    if indices.rank > 1:
        raise ValueError(f"indices must be a scalar or a vector, have shape {indices}.")
    if dims.rank == 0:
        return [indices]
    return [TensorShape([dims[0]]).concatenate(indices)]


def _unravel_compute(indices: torch.Tensor, dims: torch.Tensor) -> torch.Tensor:
    sizes = dims.reshape(-1).tolist()
    total = int(np.prod(sizes, dtype=np.int64))
    if any(size <= 0 for size in sizes):
        raise ValueError(f"Input dims must be positive, got {sizes}.")
    if indices.ndim > 1 or (indices.numel() and not 0 <= int(indices.min()) <= int(indices.max()) < total):
        raise ValueError(f"index is out of bound as with dims: {indices.tolist()} in an array of shape {sizes}.")
    found = np.stack(np.unravel_index(indices.numpy(), sizes)).astype(indices.numpy().dtype)
    return torch.from_numpy(found if dims.ndim else found[0])


register_op(
    "UnravelIndex",
    inputs="indices: Tidx; dims: Tidx",
    outputs="output: Tidx",
    attrs=f"Tidx: type = int32 in {{{INDEX}}}",
    shape=_unravel_shape,
    kernel=lambda op: _unravel_compute,
    gradient=NO_GRADIENT,
)

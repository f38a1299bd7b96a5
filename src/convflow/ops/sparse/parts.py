"""What rules and kernels of sparse ops share: a sparse value is three inputs, indices, values and shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core import errors, values
from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.inference import InferenceContext
from convflow.ops import rules


def check_parts(ctx: InferenceContext, first: int, what: str = "") -> tuple[Dimension, Dimension]:
    """Refuse three inputs, from input `first` on, that are no sparse tensor.

    Returns:
        how many values there are, and how many dimensions.

    Raises:
        ValueError: their shapes do not go together.
    """
    prefix = f"{what}_" if what else ""
    indices = rules.with_rank(ctx.input(first), 2, f"{prefix}indices")
    items = rules.with_rank(ctx.input(first + 1), 1, f"{prefix}values")
    shape = rules.with_rank(ctx.input(first + 2), 1, f"{prefix}shape")
    sizes = f"{prefix}indices {indices}, {prefix}values {items}, {prefix}shape {shape}"
    count = rules.merge_dimension(indices[0], items[0], f"one row of indices per value is expected, got {sizes}")
    rank = rules.merge_dimension(indices[1], shape[0], f"one column of indices per dimension is expected, got {sizes}")
    return count, rank


def sparse_shapes(count: Any, rank: Any) -> list[TensorShape]:
    """The shapes of indices, values and shape."""
    return [TensorShape([count, rank]), TensorShape([count]), TensorShape([rank])]


def dense_shape(ctx: InferenceContext, index: int) -> TensorShape:
    """What is known of the whole's shape, given as input `index`."""
    known = ctx.constant_shape(index)
    if known.rank is None and ctx.input(index).rank == 1:
        return unknown_shape(ctx.input(index)[0].value)
    return known


def as_numpy(value: Any) -> np.ndarray:
    return values.to_numpy(value)


def as_kernel_value(array: np.ndarray) -> Any:
    return values.from_numpy(np.ascontiguousarray(array) if array.ndim else array)


def invalid(message: str) -> errors.InvalidArgumentError:
    """The error of a value that is found out in a run."""
    return errors.InvalidArgumentError(None, None, message)


def check_bounds(indices: torch.Tensor, shape: torch.Tensor) -> None:
    """InvalidArgumentError for an index outside of the whole's shape."""
    outside = ((indices < 0) | (indices >= shape)).any(1) if indices.numel() else None
    if outside is not None and outside.any():
        row = int(outside.nonzero()[0, 0])
        raise invalid(f"indices[{row}] = {indices[row].tolist()} is out of bounds: need 0 <= index < {shape.tolist()}.")


def check_order(indices: torch.Tensor, shape: torch.Tensor, repeats: bool = False) -> None:
    """InvalidArgumentError unless the indices lie in the shape, in row-major order, each (unless `repeats`) once."""
    check_bounds(indices, shape)
    if indices.shape[0] < 2 or not indices.shape[1]:
        return
    flat = linear(indices, shape)
    wrong = flat[1:] < flat[:-1] if repeats else flat[1:] <= flat[:-1]
    if wrong.any():
        row = int(wrong.nonzero()[0, 0]) + 1
        problem = "is repeated" if flat[row] == flat[row - 1] else "is out of order. Use tf.sparse_reorder"
        raise invalid(f"indices[{row}] = {indices[row].tolist()} {problem}.")


def strides_of(shape: torch.Tensor) -> torch.Tensor:
    """How many elements one step along each axis is."""
    sizes = torch.cat([shape[1:], shape.new_ones(1)])
    return torch.flip(torch.cumprod(torch.flip(sizes, [0]), 0), [0])


def linear(indices: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
    """The place of each index among all elements, row by row."""
    return (indices * strides_of(shape)).sum(1)


def unlinear(places: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
    """The reverse of `linear`."""
    return (places[:, None] // strides_of(shape)) % torch.clamp(shape, min=1)


def take(items: Any, places: torch.Tensor) -> Any:
    """The values at `places`, numbers or strings."""
    return items[places] if isinstance(items, torch.Tensor) else items[places.numpy()]


def join(parts: list[Any]) -> Any:
    """Values one after the other, numbers or strings."""
    return torch.cat(parts) if isinstance(parts[0], torch.Tensor) else np.concatenate(parts)


def check_sparse(indices: torch.Tensor, items: Any, shape: torch.Tensor) -> None:
    """ValueError for three values that are no sparse tensor; the shape rule words it."""
    fits = indices.ndim == 2 and items.ndim == 1 and shape.ndim == 1
    if not fits or indices.shape[0] != items.shape[0] or indices.shape[1] != shape.shape[0]:
        raise ValueError(
            f"Not a sparse tensor: indices {list(indices.shape)}, values {list(items.shape)}, "
            f"shape {list(shape.shape)}."
        )

"""Picking and placing by full coordinates (API: tf.gather_nd, tf.scatter_nd)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.reshape import squeeze
from convflow.ops.array.shape_ops import shape as shape_of


def gather_nd(params: Any, indices: Any, name: str | None = None) -> Tensor:
    """The slices params[indices[i, ..., :]] (API: tf.gather_nd without batch_dims).

    Args:
        indices: integers [..., k], coordinates along the first k axes of params.

    Raises:
        ValueError: more coordinates than axes.
        InvalidArgumentError: (when run) a coordinate outside of its axis.
    """
    return apply_op("GatherNd", params=params, indices=indices, name=name)


def coordinate_count(indices: TensorShape, rank: int | None, what: str) -> int | None:
    """How many axes `indices` goes into, as far as it is known; ValueError for more than `rank`."""
    if indices.rank is None:
        return None
    if indices.rank == 0:
        raise ValueError("Shape of indices must be at least rank 1 but is rank 0.")
    depth = indices[-1].value
    if depth is not None and rank is not None and depth > rank:
        raise ValueError(f"indices.shape[-1] must be <= the rank of {what}, but saw {depth} coordinates for {rank}.")
    return depth


def _gather_nd_shape(ctx: Any) -> list[TensorShape]:
    params, indices = ctx.input(0), ctx.input(1)
    depth = coordinate_count(indices, params.rank, "params")
    if depth is None or params.rank is None:
        return [unknown_shape()]
    return [indices[:-1].concatenate(params[depth:])]


def coordinates_of(indices: torch.Tensor, sizes: Any) -> tuple[torch.Tensor, ...]:
    """The coordinates axis by axis; ValueError for one that is outside."""
    if indices.ndim == 0 or indices.shape[-1] > len(sizes):
        raise ValueError(f"indices of shape {list(indices.shape)} do not fit the axes {list(sizes)}.")
    limits = torch.tensor(list(sizes)[: indices.shape[-1]], dtype=torch.int64)
    wide = indices.long()
    outside = (wide < 0) | (wide >= limits)
    if bool(outside.any()):
        wrong = wide[outside.any(-1)][0].tolist()
        raise ValueError(f"indices holds {wrong}, which does not index into shape {list(sizes)}")
    return wide.unbind(-1)


def gather_nd_compute(params: Any, indices: torch.Tensor) -> Any:
    """The kernel: slices of `params` at coordinates."""
    coordinates = coordinates_of(indices, params.shape)
    if not coordinates:
        whole = (*indices.shape[:-1], *params.shape)
        return np.broadcast_to(params, whole) if isinstance(params, np.ndarray) else params.expand(whole).contiguous()
    if isinstance(params, np.ndarray):
        return np.asarray(params[tuple(axis.numpy() for axis in coordinates)], dtype=object)
    return params[coordinates]


def _gather_nd_gradient(op: Operation, grad: Tensor) -> list[Any]:
    params, indices = op.inputs
    return [slices_or_scattered(grad, indices, shape_of(params, out_type=indices.dtype.base_dtype)), None]


def slices_or_scattered(grad: Tensor, indices: Tensor, sizes: Tensor) -> Any:
    """The gradient of what coordinates took of a tensor of shape `sizes`; of a list of rows it stays slices."""
    if indices.shape.rank == 2 and indices.shape[-1].value == 1:
        return IndexedSlices(grad, squeeze(indices, axis=-1), sizes)
    return scatter_nd(indices, grad, sizes)


register_op(
    "GatherNd",
    inputs="params: Tparams; indices: Tindices",
    outputs="output: Tparams",
    attrs="Tparams: type; Tindices: type in {int16, int32, int64}",
    shape=_gather_nd_shape,
    kernel=lambda op: gather_nd_compute,
    gradient=_gather_nd_gradient,
)


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Zeros of `shape` with `updates` added at the coordinates in `indices` (API: tf.scatter_nd).

    Args:
        indices: integers [..., k], coordinates along the first k axes.
        updates: [..., *shape[k:]]; those with the same coordinates add up.
    """
    return apply_op("ScatterNd", indices=indices, updates=updates, shape=shape, name=name)


def _scatter_nd_shape(ctx: Any) -> list[TensorShape]:
    indices, updates, result = ctx.input(0), ctx.input(1), ctx.constant_shape(2)
    depth = coordinate_count(indices, result.rank, "the result")
    if depth is not None and updates.rank is not None and result.rank is not None:
        expected = indices[:-1].concatenate(result[depth:])
        if not updates.is_compatible_with(expected):
            raise ValueError(f"updates has shape {updates}; indices {indices} and shape {result} need {expected}.")
    return [result]


def _scatter_nd_compute(indices: torch.Tensor, updates: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
    sizes = shape.tolist()
    coordinates = coordinates_of(indices, sizes)
    if list(updates.shape) != [*indices.shape[:-1], *sizes[len(coordinates) :]]:
        raise ValueError(f"updates {list(updates.shape)} do not fit indices {list(indices.shape)} and shape {sizes}.")
    result = updates.new_zeros(sizes)
    if not coordinates:
        return result + updates.reshape(-1, *sizes).sum(0, dtype=updates.dtype)
    return result.index_put_(coordinates, updates, accumulate=True)


def _scatter_nd_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [None, gather_nd(grad, op.inputs[0]), None]


register_op(
    "ScatterNd",
    inputs="indices: Tindices; updates: T; shape: Tindices",
    outputs="output: T",
    attrs="T: type; Tindices: type in {int16, int32, int64}",
    shape=_scatter_nd_shape,
    kernel=lambda op: _scatter_nd_compute,
    gradient=_scatter_nd_gradient,
)

"""A tensor with some of its elements or slices changed (API: tf.tensor_scatter_nd_update, ..._add, ..._sub)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.gather_nd import coordinate_count, coordinates_of, gather_nd
from convflow.ops.array.identity import identity
from convflow.ops.math.arithmetic import multiply, negative
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal


def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with `updates` at the coordinates in `indices` (API: tf.tensor_scatter_nd_update).

    Args:
        indices: integers [..., k], coordinates along the first k axes.
        updates: [..., *tensor.shape[k:]]; where coordinates repeat, the last one stays.

    Raises:
        ValueError: more coordinates than axes, updates of another shape.
        InvalidArgumentError: (when run) a coordinate outside of its axis.
    """
    return apply_op("TensorScatterUpdate", tensor=tensor, indices=indices, updates=updates, name=name)


def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with `updates` added at the coordinates; repeated ones add up (API: tf.tensor_scatter_nd_add).

    Args:
        tensor: of a number type.
        indices: int32 or int64 [..., k], coordinates along the first k axes.
        updates: [..., *tensor.shape[k:]], of the type of `tensor`.

    Returns:
        Of the type and shape of `tensor`, which stays as it is.

    Raises:
        ValueError: more coordinates than axes, updates of another shape.
        InvalidArgumentError: (when run) a coordinate outside of its axis.
    """
    return apply_op("TensorScatterAdd", tensor=tensor, indices=indices, updates=updates, name=name)


def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with `updates` taken away at the coordinates (API: tf.tensor_scatter_nd_sub).

    Args:
        tensor: of a number type.
        indices: int32 or int64 [..., k], coordinates along the first k axes; repeated ones take away one after the
            other.
        updates: [..., *tensor.shape[k:]], of the type of `tensor`.

    Returns:
        Of the type and shape of `tensor`, which stays as it is.

    Raises:
        ValueError: more coordinates than axes, updates of another shape.
        InvalidArgumentError: (when run) a coordinate outside of its axis.
    """
    return apply_op("TensorScatterSub", tensor=tensor, indices=indices, updates=updates, name=name)


def tensor_scatter_nd_max(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with the larger of its element and the update at the coordinates (API: tf.tensor_scatter_nd_max).

    Args:
        tensor: of a real number type.
        indices: int32 or int64 [..., k], coordinates along the first k axes.
        updates: [..., *tensor.shape[k:]], of the type of `tensor`.

    Returns:
        Of the type and shape of `tensor`, which stays as it is.

    Raises:
        ValueError: more coordinates than axes, updates of another shape.
        InvalidArgumentError: (when run) a coordinate outside of its axis.
    """
    return apply_op("TensorScatterMax", tensor=tensor, indices=indices, updates=updates, name=name)


def tensor_scatter_nd_min(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with the smaller of its element and the update at the coordinates (API: tf.tensor_scatter_nd_min).

    Args:
        tensor: of a real number type.
        indices: int32 or int64 [..., k], coordinates along the first k axes.
        updates: [..., *tensor.shape[k:]], of the type of `tensor`.

    Returns:
        Of the type and shape of `tensor`, which stays as it is.

    Raises:
        ValueError: more coordinates than axes, updates of another shape.
        InvalidArgumentError: (when run) a coordinate outside of its axis.
    """
    return apply_op("TensorScatterMin", tensor=tensor, indices=indices, updates=updates, name=name)


def _scattered_shape(ctx: Any) -> list[TensorShape]:
    tensor, indices, updates = ctx.input(0), ctx.input(1), ctx.input(2)
    depth = coordinate_count(indices, tensor.rank, "tensor")
    if depth is not None and updates.rank is not None and tensor.rank is not None:
        expected = indices[:-1].concatenate(tensor[depth:])
        if not updates.is_compatible_with(expected):
            raise ValueError(f"updates has shape {updates}; indices {indices} into tensor {tensor} need {expected}.")
    return [tensor]


def _assigned(result: torch.Tensor, places: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    # PyTorch leaves open which of several writes to one place stays; one after the other it is the last.
    last = torch.full((result.shape[0],), -1, dtype=torch.int64)
    last.scatter_reduce_(0, places, torch.arange(places.numel()), "amax")
    chosen = last[last >= 0]
    return result.index_copy(0, places[chosen], rows[chosen])


def _reduced(how: str) -> Callable[..., torch.Tensor]:
    def compute(result: torch.Tensor, places: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        where = places.reshape(-1, *[1] * (rows.ndim - 1)).expand_as(rows)
        return result.scatter_reduce(0, where, rows, how)

    return compute


def _added(result: torch.Tensor, places: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    if result.dtype == torch.bool:
        return result.to(torch.uint8).index_add(0, places, rows.to(torch.uint8)).bool()
    return result.index_add(0, places, rows)


def _scatter(combine: Callable[..., torch.Tensor]) -> Callable[..., Any]:
    def compute(tensor: Any, indices: torch.Tensor, updates: Any) -> Any:
        if isinstance(tensor, np.ndarray):
            return _scattered_strings(tensor, indices, updates)
        coordinates = coordinates_of(indices, tensor.shape)
        rest = tensor.shape[len(coordinates) :]
        if list(updates.shape) != [*indices.shape[:-1], *rest]:
            raise ValueError(f"updates {list(updates.shape)} do not fit indices {list(indices.shape)}.")
        count = indices[..., 0].numel() if coordinates else indices.shape[:-1].numel()
        places = _row_numbers(coordinates, list(tensor.shape), count)
        rows = updates.reshape(count, *rest)
        slices = tensor.shape[: len(coordinates)].numel()
        return combine(tensor.reshape(slices, *rest), places, rows).reshape(tensor.shape)

    return compute


def _row_numbers(coordinates: tuple[torch.Tensor, ...], sizes: list[int], count: int) -> torch.Tensor:
    numbers = torch.zeros(count, dtype=torch.int64)
    for axis, places in enumerate(coordinates):
        numbers = numbers * sizes[axis] + places.reshape(-1)
    return numbers


def _scattered_strings(tensor: np.ndarray, indices: torch.Tensor, updates: np.ndarray) -> np.ndarray:
    coordinates = coordinates_of(indices, tensor.shape)
    result = tensor.copy()
    result[tuple(axis.numpy() for axis in coordinates)] = updates
    return result


def _update_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    indices, updates = op.inputs[1:]
    nothing = zeros_like(updates, dtype=grad.dtype.base_dtype)
    return [tensor_scatter_nd_update(identity(grad), indices, nothing), None, gather_nd(grad, indices)]


def _add_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [identity(grad), None, gather_nd(grad, op.inputs[1])]


def _sub_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [identity(grad), None, negative(gather_nd(grad, op.inputs[1]))]


def _extremum_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    """An update, or the tensor's own element, has the gradient of the place where its value stayed."""
    tensor, indices, updates = op.inputs
    stayed = cast(equal(updates, gather_nd(op.outputs[0], indices)), grad.dtype.base_dtype)
    kept = cast(equal(op.outputs[0], tensor), grad.dtype.base_dtype)
    return [multiply(kept, grad), None, multiply(stayed, gather_nd(grad, indices))]


def _register(name: str, combine: Any, gradient: Any, index: str = "int32, int64") -> None:
    register_op(
        name,
        inputs="tensor: T; indices: Tindices; updates: T",
        outputs="output: T",
        attrs=f"T: type; Tindices: type in {{{index}}}",
        shape=_scattered_shape,
        kernel=lambda op: _scatter(combine),
        gradient=gradient,
    )


_register("TensorScatterUpdate", _assigned, _update_gradient, "int16, int32, int64, uint16")
_register("TensorScatterAdd", _added, _add_gradient)
_register("TensorScatterSub", lambda result, places, rows: result.index_add(0, places, rows, alpha=-1), _sub_gradient)
_register("TensorScatterMax", _reduced("amax"), _extremum_gradient)
_register("TensorScatterMin", _reduced("amin"), _extremum_gradient)

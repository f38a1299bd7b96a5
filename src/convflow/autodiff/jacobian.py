"""Jacobians row by row, with the gradients of a tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import nest
from convflow.graph.operation import Tensor
from convflow.ops.array.constant import constant
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.transpose import transpose

# Takes a target, sources, the gradient to begin with and what to do with unconnected ones.
Gradient = Callable[[Tensor, list[Any], Any, Any], list[Any]]


def jacobian_of(gradient: Gradient, target: Tensor, sources: Any, unconnected: Any) -> Any:
    """In the structure of `sources`, tensors of shape `target.shape + source.shape`, None where unconnected."""
    flat = nest.flatten(sources)
    sizes = _known_sizes(target, "target")
    count = _product(sizes)
    rows = [gradient(target, flat, _one_hot(index, target), unconnected) for index in range(count)]
    found: list[Any] = []
    for column, source in enumerate(flat):
        parts = [row[column] for row in rows]
        if not parts or parts[0] is None:
            found.append(None)
        else:
            found.append(reshape(stack(parts), [*sizes, *_known_sizes(source, "source")]))
    return nest.pack_sequence_as(sources, found)


def each_row_differentiated(gradient: Gradient, target: Tensor, source: Any, unconnected: Any) -> Any:
    """A tensor [batch, ...of the target, ...of the source]."""
    sizes, source_sizes = _known_sizes(target, "target"), _known_sizes(source, "source")
    if not sizes or not source_sizes or sizes[0] != source_sizes[0]:
        raise ValueError(
            f"Need first dimension of target shape ({target.shape}) and source shape ({source.shape}) to match: "
            "each row of the target is differentiated by the same row of the source."
        )
    batch, count = sizes[0], _product(sizes[1:])
    rows = []
    for index in range(count):
        # The rows of a batch do not depend on each other: one gradient is of all of them.
        start = constant([[float(place == index) for place in range(count)]] * batch, dtype=target.dtype, shape=sizes)
        (grad,) = gradient(target, [source], start, unconnected)
        if grad is None:
            return None
        rows.append(reshape(grad, [batch, -1]))
    if not rows:
        return reshape(constant([], dtype=target.dtype), [*sizes, *source_sizes[1:]])
    return reshape(transpose(stack(rows), [1, 0, 2]), [*sizes, *source_sizes[1:]])


def _known_sizes(tensor: Any, what: str) -> list[int]:
    if not tensor.shape.is_fully_defined():
        raise ValueError(f"The {what} of a Jacobian must have a known shape, got {tensor.shape}: use set_shape.")
    return [int(size) for size in tensor.shape]


def _one_hot(index: int, target: Tensor) -> Tensor:
    count = _product(_known_sizes(target, "target"))
    return reshape(constant([float(place == index) for place in range(count)], dtype=target.dtype), shape_of(target))


def _product(sizes: list[int]) -> int:
    result = 1
    for size in sizes:
        result *= size
    return result

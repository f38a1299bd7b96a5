"""Rows put together by the segment each names (API: tf.unsorted_segment_mean, _sqrt_n, _prod, _max, _min).

`unsorted_segment_sum`, the gradient of `tf.gather`, stands beside that function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, ones, ones_like, zeros_like
from convflow.ops.array.gather import gather, rows_of_segments, segment_shape, unsorted_segment_sum
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import newaxis
from convflow.ops.math.arithmetic import maximum, multiply, realdiv
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater, greater_equal, logical_and
from convflow.ops.math.elementwise import sqrt
from convflow.ops.math.segment_kernels import reduced_rows
from convflow.ops.math.select import where_v2
from convflow.ops.types import INDEX, NUMBER, REAL


def _unsorted(op_type: str, function_name: str, summary: str) -> Callable[..., Tensor]:
    def function(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
        return apply_op(op_type, data=data, segment_ids=segment_ids, num_segments=num_segments, name=name)

    function.__name__ = function.__qualname__ = function_name
    function.__doc__ = f"""{summary} (API: tf.{function_name}).

    Args:
        data: numbers; real ones, except for products.
        segment_ids: int32 or int64, its shape begins that of `data`; slices with negative ids are left out.
        num_segments: the size of the result's first axis, an int32 or int64 scalar.
        name: of the node.

    Returns:
        Of the type of `data`, shape [num_segments, *what follows the ids' shape in data's].

    Raises:
        InvalidArgumentError: (when run) an id that is not below `num_segments`.
    """
    return function


unsorted_segment_prod = _unsorted(
    "UnsortedSegmentProd", "unsorted_segment_prod", "The product of each segment's slices, 1 of none"
)
unsorted_segment_max = _unsorted(
    "UnsortedSegmentMax", "unsorted_segment_max", "The largest elements of each segment, of none the type's lowest"
)
unsorted_segment_min = _unsorted(
    "UnsortedSegmentMin", "unsorted_segment_min", "The smallest elements of each segment, of none the type's highest"
)


def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The mean of each segment's slices, 0 of none (API: tf.unsorted_segment_mean).

    Args:
        data: numbers, floating or complex.
        segment_ids: int32 or int64, its shape begins that of `data`; slices with negative ids are left out.
        num_segments: the size of the result's first axis, an int32 or int64 scalar.

    Returns:
        Of the type of `data`, shape [num_segments, *what follows the ids' shape in data's].

    Raises:
        InvalidArgumentError: (when run) an id that is not below `num_segments`.
    """
    with name_scope(name, "UnsortedSegmentMean"):
        data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        count = _slices_per_segment(data, ids, num_segments)
        return unsorted_segment_sum(data, ids, num_segments) / count


def unsorted_segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The sum of each segment's slices over the root of their number (API: tf.unsorted_segment_sqrt_n).

    Args:
        data: numbers, floating or complex.
        segment_ids: int32 or int64, its shape begins that of `data`; slices with negative ids are left out.
        num_segments: the size of the result's first axis, an int32 or int64 scalar.

    Returns:
        Of the type of `data`, shape [num_segments, *what follows the ids' shape in data's].

    Raises:
        InvalidArgumentError: (when run) an id that is not below `num_segments`.
    """
    with name_scope(name, "UnsortedSegmentSqrtN"):
        data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        count = _slices_per_segment(data, ids, num_segments)
        total = unsorted_segment_sum(data, ids, num_segments)
        return total / sqrt(count)


def _slices_per_segment(data: Tensor, ids: Tensor, num_segments: Any) -> Tensor:
    """At least 1: [num_segments, 1, 1 ...]."""
    segments = convert_to_tensor(num_segments)
    counts = unsorted_segment_sum(ones(_sizes(ids), dtype=data.dtype.base_dtype), ids, segments)
    leading = segments[newaxis]
    rest = ones([rank_of(data) - rank_of(ids)], dtype=segments.dtype.base_dtype)
    return maximum(reshape(counts, concat([leading, rest], 0)), 1)


def _sizes(ids: Tensor) -> Tensor:
    if not ids.shape.is_fully_defined():
        return shape_of(ids)
    return constant(ids.shape.as_list(), dtype="int32", name="Shape/shape_as_tensor")


def _kernel(how: str, of_nothing: Callable[[torch.dtype], Any]) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def compute(data: torch.Tensor, ids: torch.Tensor, num_segments: torch.Tensor) -> torch.Tensor:
        rows, flat = rows_of_segments(data, ids, num_segments)
        return reduced_rows(rows, flat, int(num_segments), how, of_nothing(data.dtype))

    return lambda op: compute


def _lowest(dtype: torch.dtype) -> Any:
    return torch.finfo(dtype).min if dtype.is_floating_point else torch.iinfo(dtype).min


def _highest(dtype: torch.dtype) -> Any:
    return torch.finfo(dtype).max if dtype.is_floating_point else torch.iinfo(dtype).max


# Slices with negative ids belong nowhere: they read row 0 instead, and what they read is thrown away.


def _clipped(ids: Tensor) -> Tensor:
    return maximum(ids, zeros_like(ids))


def _belongs(ids: Tensor, like: Tensor) -> Tensor:
    """Whether each slice belongs to a segment, shaped to choose among the slices of `like`."""
    belongs = greater_equal(ids, zeros_like(ids))
    rest = ones(apply_op("ExpandDims", input=rank_of(like) - rank_of(ids), dim=0), dtype="int32")
    return reshape(belongs, concat([shape_of(ids), rest], 0))


def _extremum_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    data, ids, count = op.inputs
    at = _clipped(ids)
    belongs = _belongs(ids, data)
    chosen = logical_and(equal(data, gather(op.outputs[0], at)), belongs)
    shared = unsorted_segment_sum(cast(chosen, grad.dtype.base_dtype), ids, count)
    return [where_v2(chosen, gather(realdiv(grad, shared), at), zeros_like(data)), None, None]


def _prod_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    # As of SegmentProd: the product of all others, taken without dividing by 0.
    data, ids, count = op.inputs
    at = _clipped(ids)
    is_zero = equal(data, zeros_like(data))
    zero_count = gather(unsorted_segment_sum(cast(is_zero, "int32"), ids, count), at)
    others = where_v2(is_zero, ones_like(data), data)
    of_nonzero = gather(unsorted_segment_prod(others, ids, count), at)
    rest = where_v2(is_zero, of_nonzero, realdiv(gather(op.outputs[0], at), others))
    partial = where_v2(greater(zero_count, 1), zeros_like(data), rest)
    return [where_v2(_belongs(ids, data), multiply(gather(grad, at), partial), zeros_like(data)), None, None]


def _register(name: str, types: str, kernel: Any, gradient: Any) -> None:
    register_op(
        name,
        inputs="data: T; segment_ids: Tindices; num_segments: Tnumsegments",
        outputs="output: T",
        attrs=f"T: type in {{{types}}}; Tindices: type in {{{INDEX}}}; Tnumsegments: type = int32 in {{{INDEX}}}",
        shape=segment_shape,
        kernel=kernel,
        gradient=gradient,
    )


_register("UnsortedSegmentProd", NUMBER, _kernel("prod", lambda dtype: 1), _prod_gradient)
_register("UnsortedSegmentMax", REAL, _kernel("max", _lowest), _extremum_gradient)
_register("UnsortedSegmentMin", REAL, _kernel("min", _highest), _extremum_gradient)

"""Rows of sorted segments put together (API: tf.segment_sum, segment_mean, segment_prod, segment_max, segment_min)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import fill, ones_like, zeros_like
from convflow.ops.array.gather import gather
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.arithmetic import maximum, multiply, realdiv
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater
from convflow.ops.math.segment_kernels import divided, reduced_rows, row_counts
from convflow.ops.math.select import where_v2
from convflow.ops.types import INDEX, NUMBER, REAL


def _segment(op_type: str, function_name: str, summary: str) -> Callable[..., Tensor]:
    def function(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
        return apply_op(op_type, data=data, segment_ids=segment_ids, name=name)

    function.__name__ = function.__qualname__ = function_name
    function.__doc__ = f"""{summary} (API: tf.{function_name}).

    Args:
        data: a tensor [n, ...].
        segment_ids: n integers >= 0 that do not decrease.

    Returns:
        [last id + 1, ...]; a segment without rows is 0, of products 1.

    Raises:
        InvalidArgumentError: (when run) ids that decrease, are negative, or are not one per row.
    """
    return function


segment_sum = _segment("SegmentSum", "segment_sum", "The sum of each segment's rows")
segment_mean = _segment("SegmentMean", "segment_mean", "The mean of each segment's rows")
segment_prod = _segment("SegmentProd", "segment_prod", "The product of each segment's rows")
segment_max = _segment("SegmentMax", "segment_max", "The largest elements of each segment's rows")
segment_min = _segment("SegmentMin", "segment_min", "The smallest elements of each segment's rows")


def _segment_shape(ctx: Any) -> list[TensorShape]:
    data, ids = ctx.input(0), rules.with_rank(ctx.input(1), 1, "segment_ids")
    if data.rank is None:
        return [unknown_shape()]
    if data.rank == 0:
        raise ValueError("Shape of data must be at least rank 1 but is rank 0: expected rows, one for each segment id.")
    rules.merge_dimension(data[0], ids[0], f"the rows of data, {data}, and segment_ids, {ids}")
    return [TensorShape([None]).concatenate(data[1:])]


def _checked_count(data: torch.Tensor, ids: torch.Tensor) -> int:
    """The number of segments; ValueError for ids that are not sorted."""
    if ids.ndim != 1 or data.ndim < 1 or ids.shape[0] != data.shape[0]:
        raise ValueError(
            f"segment_ids should be the same size as dimension 0 of data, got {list(ids.shape)} and {list(data.shape)}."
        )
    if not ids.numel():
        return 0
    if bool((ids[1:] < ids[:-1]).any()):
        raise ValueError(
            f"segment ids are not increasing: {ids.tolist()[:20]}. Sort them, or use an unsorted_segment op."
        )
    if int(ids[0]) < 0:
        raise ValueError(f"segment ids must be >= 0, got {int(ids[0])}.")
    return int(ids[-1]) + 1


def _kernel(how: str, of_nothing: int) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def compute(data: torch.Tensor, segment_ids: torch.Tensor) -> torch.Tensor:
        return reduced_rows(data, segment_ids, _checked_count(data, segment_ids), how, of_nothing)

    return lambda op: compute


def _mean(data: torch.Tensor, segment_ids: torch.Tensor) -> torch.Tensor:
    count = _checked_count(data, segment_ids)
    total = reduced_rows(data, segment_ids, count, "sum", 0)
    return divided(total, row_counts(segment_ids, count).clamp(min=1))


def rows_per_segment(ids: Tensor, dtype: DType, data: Tensor) -> Tensor:
    """How many rows each sorted segment has, at least 1, shaped to divide segments of `data`: [segments, 1, 1 ...]."""
    sizes = concat([shape_of(ids), fill(apply_op("ExpandDims", input=rank_of(data) - 1, dim=0), 1)], 0)
    one = apply_op("Cast", x=1, SrcT="int32", DstT=dtype)
    # A segment without rows divides nothing, but must not make 0 / 0 where gradients of gradients pass.
    return maximum(segment_sum(fill(sizes, one), ids), one)


def _sum_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [gather(grad, op.inputs[1]), None]


def _mean_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    data, ids = op.inputs
    return [gather(realdiv(grad, rows_per_segment(ids, grad.dtype.base_dtype, data)), ids), None]


def _extremum_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    data, ids = op.inputs
    # Equal extrema share the gradient.
    chosen = equal(data, gather(op.outputs[0], ids))
    count = segment_sum(cast(chosen, grad.dtype.base_dtype), ids)
    return [where_v2(chosen, gather(realdiv(grad, count), ids), zeros_like(data)), None]


def _prod_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    # The product of all others is the product over the element; where that is 0, the product of those that are not.
    data, ids = op.inputs
    is_zero = equal(data, zeros_like(data))
    zero_count = gather(segment_sum(cast(is_zero, "int32"), ids), ids)
    others = where_v2(is_zero, ones_like(data), data)
    of_nonzero = gather(segment_prod(others, ids), ids)
    rest = where_v2(is_zero, of_nonzero, realdiv(gather(op.outputs[0], ids), others))
    partial = where_v2(greater(zero_count, 1), zeros_like(data), rest)
    return [multiply(gather(grad, ids), partial), None]


def _register(name: str, types: str, kernel: Any, gradient: Any) -> None:
    register_op(
        name,
        inputs="data: T; segment_ids: Tindices",
        outputs="output: T",
        attrs=f"T: type in {{{types}}}; Tindices: type in {{{INDEX}}}",
        shape=_segment_shape,
        kernel=kernel,
        gradient=gradient,
    )


_register("SegmentSum", NUMBER, _kernel("sum", 0), _sum_gradient)
_register("SegmentMean", NUMBER, lambda op: _mean, _mean_gradient)
_register("SegmentProd", NUMBER, _kernel("prod", 1), _prod_gradient)
_register("SegmentMax", REAL, _kernel("max", 0), _extremum_gradient)
_register("SegmentMin", REAL, _kernel("min", 0), _extremum_gradient)

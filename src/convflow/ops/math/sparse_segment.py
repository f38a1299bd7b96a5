"""Chosen rows put together by sorted segments (API: tf.sparse_segment_sum, _mean, _sqrt_n)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.gather import gather, unsorted_segment_sum
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.arithmetic import realdiv
from convflow.ops.math.elementwise import sqrt
from convflow.ops.math.segment import rows_per_segment
from convflow.ops.math.segment_kernels import divided, reduced_rows, row_counts
from convflow.ops.types import FLOATING, REAL


def _sparse_segment(op_type: str, function_name: str, summary: str) -> Callable[..., Tensor]:
    def function(
        data: Any,
        indices: Any,
        segment_ids: Any,
        name: str | None = None,
        num_segments: Any = None,
        sparse_gradient: bool = False,
    ) -> Tensor:
        inputs = {"data": data, "indices": indices, "segment_ids": segment_ids, "sparse_gradient": sparse_gradient}
        if num_segments is None:
            return apply_op(op_type, name=name, **inputs)
        return apply_op(f"{op_type}WithNumSegments", name=name, num_segments=num_segments, **inputs)

    function.__name__ = function.__qualname__ = function_name
    function.__doc__ = f"""{summary} (API: tf.{function_name}).

    Args:
        data: a tensor [rows, ...].
        indices: n integers, which rows to take.
        segment_ids: n integers >= 0 that do not decrease, the segment of each row taken.
        num_segments: how many segments there are; one more than the last id by default.
        sparse_gradient: make the gradient IndexedSlices.

    Returns:
        [segments, ...]; a segment without rows is 0.

    Raises:
        InvalidArgumentError: (when run) an index beyond the rows, or ids that decrease or reach num_segments.
    """
    return function


sparse_segment_sum = _sparse_segment("SparseSegmentSum", "sparse_segment_sum", "The sum of each segment's rows")
sparse_segment_mean = _sparse_segment("SparseSegmentMean", "sparse_segment_mean", "The mean of each segment's rows")
sparse_segment_sqrt_n = _sparse_segment(
    "SparseSegmentSqrtN", "sparse_segment_sqrt_n", "The sum of each segment's rows over the root of their number"
)


def _shape(ctx: Any) -> list[TensorShape]:
    data, indices, ids = ctx.input(0), rules.with_rank(ctx.input(1), 1, "indices"), ctx.input(2)
    ids = rules.with_rank(ids, 1, "segment_ids")
    rules.merge_dimension(indices[0], ids[0], f"the sizes of indices, {indices}, and segment_ids, {ids}")
    count = None
    if ctx.num_inputs > 3:
        rules.with_rank(ctx.input(3), 0, "num_segments")
        known = ctx.constant(3)
        count = None if known is None else int(known)
        if count is not None and count < 0:
            raise ValueError(f"num_segments must be at least 0, got {count}.")
    if data.rank is None:
        return [unknown_shape()]
    if data.rank == 0:
        raise ValueError("Shape of data must be at least rank 1 but is rank 0: expected rows to take.")
    return [TensorShape([count]).concatenate(data[1:])]


def _gradient_shape(ctx: Any) -> list[TensorShape]:
    grad, indices, ids = ctx.input(0), rules.with_rank(ctx.input(1), 1, "indices"), ctx.input(2)
    rules.merge_dimension(indices[0], rules.with_rank(ids, 1, "segment_ids")[0], "the sizes of indices and segment_ids")
    rules.with_rank(ctx.input(3), 0, "output_dim0")
    rows = ctx.constant(3)
    if grad.rank is None:
        return [unknown_shape()]
    return [TensorShape([None if rows is None else int(rows)]).concatenate(grad[1:])]


def _checked(data: torch.Tensor, indices: torch.Tensor, ids: torch.Tensor, num_segments: int | None) -> int:
    """The number of segments; ValueError for indices or ids that cannot be."""
    if indices.ndim != 1 or indices.shape != ids.shape:
        raise ValueError(
            f"segment_ids and indices should have the same size, got {list(ids.shape)} and {list(indices.shape)}."
        )
    if not ids.numel():
        return num_segments or 0
    if bool((indices < 0).any()) or int(indices.max()) >= data.shape[0]:
        raise ValueError(f"indices holds a row out of range [0, {data.shape[0]}): {indices.tolist()[:20]}.")
    if bool((ids[1:] < ids[:-1]).any()):
        raise ValueError(f"segment ids are not increasing: {ids.tolist()[:20]}. Sort rows and ids together.")
    if int(ids[0]) < 0:
        raise ValueError(f"segment ids must be >= 0, got {int(ids[0])}.")
    if num_segments is not None and int(ids[-1]) >= num_segments:
        raise ValueError(f"segment ids must be < num_segments, got {int(ids[-1])} for {num_segments} segments.")
    return int(ids[-1]) + 1 if num_segments is None else num_segments


def _divisor(how: str, ids: torch.Tensor, count: int) -> torch.Tensor:
    rows = row_counts(ids, count).clamp(min=1)
    return rows if how == "mean" else rows.double().sqrt()


def _kernel(how: str) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def compute(
        data: torch.Tensor, indices: torch.Tensor, ids: torch.Tensor, num_segments: torch.Tensor | None = None
    ) -> torch.Tensor:
        count = _checked(data, indices, ids, None if num_segments is None else int(num_segments))
        rows = data.index_select(0, indices.long())
        narrow = rows.dtype in (torch.float16, torch.bfloat16)
        total = reduced_rows(rows.float() if narrow else rows, ids, count, "sum", 0)
        return (total if how == "sum" else divided(total, _divisor(how, ids, count))).to(data.dtype)

    return lambda op: compute


def _gradient_kernel(how: str) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def compute(grad: torch.Tensor, indices: torch.Tensor, ids: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        share = grad if how == "sum" else divided(grad, _divisor(how, ids, grad.shape[0]))
        return reduced_rows(share.index_select(0, ids.long()), indices, int(rows), "sum", 0)

    return lambda op: compute


def _gradient(how: str) -> Callable[..., list[Any]]:
    def gradient(op: Operation, grad: Tensor) -> list[Any]:
        data, indices, ids = op.inputs[:3]
        others: list[Any] = [None] * (len(op.inputs) - 1)
        rows = shape_of(data)[0]
        if op.attrs["sparse_gradient"]:
            return [IndexedSlices(gather(_shared(how, grad, ids, data), ids), indices, shape_of(data)), *others]
        if how == "sum":
            return [unsorted_segment_sum(gather(grad, ids), indices, rows), *others]
        op_type = "SparseSegmentMeanGrad" if how == "mean" else "SparseSegmentSqrtNGrad"
        return [apply_op(op_type, grad=grad, indices=indices, segment_ids=ids, output_dim0=rows), *others]

    return gradient


def _shared(how: str, grad: Tensor, ids: Tensor, data: Tensor) -> Tensor:
    if how == "sum":
        return grad
    # Segments after the last id have no rows: their gradients are never read.
    counts = rows_per_segment(ids, grad.dtype.base_dtype, data)
    used = grad[: shape_of(counts)[0]]
    return realdiv(used, counts if how == "mean" else sqrt(counts))


_TYPES = "Tidx: type = int32 in {int32, int64}; Tsegmentids: type = int32 in {int32, int64}"


def _register(name: str, how: str, types: str) -> None:
    inputs = "data: T; indices: Tidx; segment_ids: Tsegmentids"
    attrs = f"T: type in {{{types}}}; {_TYPES}; sparse_gradient: bool = false"
    common: dict[str, Any] = {
        "outputs": "output: T",
        "shape": _shape,
        "kernel": _kernel(how),
        "gradient": _gradient(how),
    }
    register_op(name, inputs=inputs, attrs=attrs, **common)
    register_op(
        f"{name}WithNumSegments",
        inputs=f"{inputs}; num_segments: Tnumsegments",
        attrs=f"{attrs}; Tnumsegments: type = int32 in {{int32, int64}}",
        **common,
    )
    register_op(
        f"{name}Grad",
        inputs="grad: T; indices: Tidx; segment_ids: Tsegmentids; output_dim0: int32",
        outputs="output: T",
        attrs=f"T: type in {{{FLOATING}}}; {_TYPES}",
        shape=_gradient_shape,
        kernel=_gradient_kernel(how),
        gradient=NO_GRADIENT,
    )


_register("SparseSegmentSum", "sum", REAL)
_register("SparseSegmentMean", "mean", FLOATING)
_register("SparseSegmentSqrtN", "sqrt_n", FLOATING)

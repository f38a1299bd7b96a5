"""Counting values (API: tf.bincount, tf.histogram_fixed_width, tf.histogram_fixed_width_bins)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.constant import constant
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.assertion import assert_
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.arithmetic import maximum, minimum, truediv
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.comparison import greater
from convflow.ops.math.elementwise import floor
from convflow.ops.math.reduce import reduce_max
from convflow.ops.types import INDEX


def bincount(
    arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None, dtype: Any = dtypes.int32
) -> Tensor:
    """How often each whole number from 0 on occurs (API: tf.bincount).

    Args:
        arr: integers of any shape; other types are cast to int32.
        weights: of the shape of `arr`; their sum for each number in place of the count.
        minlength: how many numbers are counted at least, the last ones 0 times.
        maxlength: numbers from this one on are left out.
        dtype: the type of the counts without `weights`.

    Returns:
        One more element than the largest number.

    Raises:
        InvalidArgumentError: (when run) a negative number.
    """
    with name_scope(None, "bincount"):
        arr = convert_to_tensor(arr, name="arr")
        if not arr.dtype.is_integer:
            arr = cast(arr, dtypes.int32)
        kind = arr.dtype.base_dtype
        count = cast(size_of(arr) > 0, kind) * (reduce_max(arr) + 1)
        if minlength is not None:
            count = maximum(convert_to_tensor(minlength, name="minlength", dtype=kind), count)
        if maxlength is not None:
            count = minimum(convert_to_tensor(maxlength, name="maxlength", dtype=kind), count)
        if weights is None:
            flat = reshape(arr, [-1])
            addends = constant([], dtype=dtype)
        else:
            addends = reshape(convert_to_tensor(weights, name="weights"), [-1])
            flat = reshape(arr, [-1])
        return apply_op("DenseBincount", input=flat, size=count, weights=addends)


def histogram_fixed_width(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = dtypes.int32, name: str | None = None
) -> Tensor:
    """How many values lie in each of `nbins` bins of one width (API: tf.histogram_fixed_width).

    Args:
        value_range: [lowest, highest] of the type of `values`; what is outside counts in the first and the last bin.
        dtype: int32 or int64.

    Raises:
        InvalidArgumentError: (when run) a range that is not rising, or no bins.
    """
    with name_scope(name, "histogram_fixed_width", [values, value_range, nbins]) as scope:
        return apply_op(
            "HistogramFixedWidth", values=values, value_range=value_range, nbins=nbins, dtype=dtype, name=scope
        )


def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = dtypes.int32, name: str | None = None
) -> Tensor:
    """The bin of each value, as `histogram_fixed_width` counts them (API: tf.histogram_fixed_width_bins).

    Args:
        values: real numbers of any shape.
        value_range: [lowest, highest] of the type of `values`; what is outside belongs to the first and the last bin.
        nbins: how many bins, an int32 scalar.
        dtype: accepted.

    Returns:
        int32 of the shape of `values`, whatever `dtype` says: it is kept for TensorFlow's signature.

    Raises:
        InvalidArgumentError: (when run) no bins.
    """
    with name_scope(name, "histogram_fixed_width_bins", [values, value_range, nbins]):
        values = convert_to_tensor(values, name="values")
        shape = shape_of(values)
        flat = reshape(values, [-1])
        value_range = convert_to_tensor(value_range, name="value_range")
        nbins = convert_to_tensor(nbins, dtype=dtypes.int32, name="nbins")
        check = assert_(greater(nbins, 0), [f"nbins {nbins} must > 0"])
        nbins = with_dependencies([check], nbins)
        count = cast(nbins, flat.dtype.base_dtype)
        from_low = flat - value_range[0]
        scaled = truediv(from_low, value_range[1] - value_range[0], name="scaled_values")
        bins = floor(count * scaled, name="indices")
        return reshape(cast(clip_by_value(bins, 0, count - 1), dtypes.int32), shape)


def bucketize(input: Any, boundaries: Any, name: str | None = None) -> Tensor:
    """How many of the rising `boundaries` are not above each element: int32. Part of feature columns."""
    return apply_op("Bucketize", input=input, boundaries=boundaries, name=name)


def _counted(numbers: torch.Tensor, count: int, weights: torch.Tensor, binary: bool) -> torch.Tensor:
    if weights.numel() and weights.shape != numbers.shape:
        raise ValueError(
            f"weights must have the shape of the numbers, {list(numbers.shape)}, or no elements, got "
            f"{list(weights.shape)}."
        )
    if count < 0:
        raise ValueError(f"size must be non-negative, got {count}.")
    if numbers.numel() and int(numbers.min()) < 0:
        raise ValueError(f"Input arr must be non-negative, got {int(numbers.min())}.")
    kept = numbers < count
    addends = torch.ones(numbers.shape, dtype=weights.dtype) if not weights.numel() else weights
    bins = torch.zeros(count, dtype=weights.dtype).index_add_(0, numbers[kept].long(), addends[kept])
    return (bins != 0).to(bins.dtype) if binary else bins


def _bincount(arr: torch.Tensor, size: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return _counted(arr.reshape(-1), int(size), weights.reshape(-1), binary=False)


def _dense_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    binary = op.attrs["binary_output"]

    def compute(numbers: torch.Tensor, size: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        if numbers.ndim <= 1:
            return _counted(numbers.reshape(-1), int(size), weights.reshape(-1), binary)
        if numbers.ndim != 2:
            raise ValueError(f"Shape must be at most rank 2 but is rank {numbers.ndim}.")
        rows = [weights.reshape(-1)] * len(numbers) if not weights.numel() else list(weights)
        counted = [_counted(row, int(size), addends, binary) for row, addends in zip(numbers, rows, strict=True)]
        return torch.stack(counted) if counted else torch.zeros((0, int(size)), dtype=weights.dtype)

    return compute


def _size(ctx: Any, index: int) -> int | None:
    known = ctx.constant(index)
    if known is not None and int(known) < 0:
        raise ValueError(f"size must be non-negative, got {int(known)}.")
    return None if known is None else int(known)


def _bincount_shape(ctx: Any) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "size")
    return [TensorShape([_size(ctx, 1)])]


def _dense_shape(ctx: Any) -> list[TensorShape]:
    numbers = ctx.input(0)
    rules.with_rank(ctx.input(1), 0, "size")
    if numbers.rank is None:
        return [unknown_shape()]
    if numbers.rank > 2:
        raise ValueError(f"Shape of input must be at most rank 2 but is rank {numbers.rank}: {numbers}.")
    return [TensorShape([*list(numbers)[:-1], _size(ctx, 1)])]


register_op(
    "Bincount",
    inputs="arr: int32; size: int32; weights: T",
    outputs="bins: T",
    attrs="T: type in {int32, int64, float, double}",
    shape=_bincount_shape,
    kernel=lambda op: _bincount,
    gradient=NO_GRADIENT,
)
register_op(
    "DenseBincount",
    inputs="input: Tidx; size: Tidx; weights: T",
    outputs="output: T",
    attrs=f"Tidx: type in {{{INDEX}}}; T: type in {{int32, int64, float, double}}; binary_output: bool = false",
    shape=_dense_shape,
    kernel=_dense_kernel,
    gradient=NO_GRADIENT,
)


def _histogram_shape(ctx: Any) -> list[TensorShape]:
    rules.merge_dimension(rules.with_rank(ctx.input(1), 1, "value_range")[0], 2, "value_range must hold two numbers")
    rules.with_rank(ctx.input(2), 0, "nbins")
    bins = ctx.constant(2)
    if bins is not None and int(bins) <= 0:
        raise ValueError(f"Requires nbins > 0, got {int(bins)}.")
    return [TensorShape([None if bins is None else int(bins)])]


def _histogram_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    kind = op.attrs["dtype"].as_torch_dtype

    def compute(values: torch.Tensor, value_range: torch.Tensor, nbins: torch.Tensor) -> torch.Tensor:
        low, high = value_range.tolist()
        count = int(nbins)
        if not low < high:
            raise ValueError(f"value_range should satisfy value_range[0] < value_range[1], but got '[{low}, {high}]'")
        if count <= 0:
            raise ValueError(f"nbins should be a positive number, but got '{count}'")
        # The width of a bin is rounded to the values' own precision, as in TensorFlow; integers calculate in float64.
        exact = values.dtype if values.is_floating_point() else torch.float64
        ends = value_range.to(exact)
        step = (ends[1] - ends[0]) / count
        places = ((values.reshape(-1).to(exact) - ends[0]) / step).clamp(0, count - 1)
        return torch.bincount(places.long(), minlength=count).to(kind)

    return compute


register_op(
    "HistogramFixedWidth",
    inputs="values: T; value_range: T; nbins: int32",
    outputs="out: dtype",
    attrs="T: type in {int32, int64, float, double}; dtype: type = int32 in {int32, int64}",
    shape=_histogram_shape,
    kernel=_histogram_kernel,
    gradient=NO_GRADIENT,
)


def _bucketize_shape(ctx: Any) -> list[TensorShape]:
    boundaries = ctx.attr("boundaries")
    if sorted(boundaries) != list(boundaries):
        raise ValueError(f"Expected sorted boundaries, got {list(boundaries)}.")
    return [ctx.input(0)]


def _bucketize_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    boundaries = torch.tensor(op.attrs["boundaries"], dtype=torch.float32)

    def compute(x: torch.Tensor) -> torch.Tensor:
        edges = boundaries.double() if x.dtype == torch.float64 else boundaries
        return torch.bucketize(x, edges, right=True).to(torch.int32)

    return compute


register_op(
    "Bucketize",
    inputs="input: T",
    outputs="output: int32",
    attrs="T: type in {int32, int64, float, double}; boundaries: list(float)",
    shape=_bucketize_shape,
    kernel=_bucketize_kernel,
    gradient=NO_GRADIENT,
)

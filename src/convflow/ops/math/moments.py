"""Means and variances (API: tf.nn.moments, weighted_moments, sufficient_statistics, normalize_moments)."""

from __future__ import annotations

import math
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import constant, zeros_like
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import stop_gradient
from convflow.ops.array.reshape import squeeze
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.arithmetic import add, multiply, squared_difference, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import reciprocal, square
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_mean, reduce_prod, reduce_sum
from convflow.ops.window import either


def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean and the variance along axes (API: tf.nn.moments). float16 is computed as float32.

    Args:
        x: a float tensor.
        axes: the axes to average over.
        shift: without effect.
        keepdims: keep the averaged axes with size 1; `keep_dims` is the former name.
    """
    keep = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "moments", [x, axes]):
        x = x if isinstance(x, Tensor) or hasattr(x, "_as_graph_element") else convert_to_tensor(x)
        half = x.dtype.base_dtype is dtypes.float16
        y = cast(x, dtypes.float32) if half else x
        mean = reduce_mean(y, axes, keepdims=True, name="mean")
        # The variance does not depend on the mean to first order, so no gradient passes here, as in TensorFlow.
        # A gradient of the variance's gradient therefore lacks what goes through the mean.
        variance = reduce_mean(squared_difference(y, stop_gradient(mean)), axes, keepdims=True, name="variance")
        if not keep:
            mean, variance = squeeze(mean, axes), squeeze(variance, axes)
        if half:
            return cast(mean, dtypes.float16), cast(variance, dtypes.float16)
        return mean, variance


def weighted_moments(
    x: Any,
    axes: Any,
    frequency_weights: Any,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean and the variance of elements that count several times (API: tf.nn.weighted_moments).

    Args:
        frequency_weights: how often each element counts; broadcasts with `x`.

    The other arguments: see `moments`. Where the weights sum to 0, so do the results.
    """
    keep = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "weighted_moments", [x, frequency_weights, axes]):
        x = convert_to_tensor(x, name="x")
        weights: Any = convert_to_tensor(frequency_weights, name="frequency_weights")
        half = x.dtype.base_dtype is dtypes.float16
        if half:
            x = cast(x, dtypes.float32)
        if weights.dtype.base_dtype is not x.dtype.base_dtype:
            weights = cast(weights, x.dtype.base_dtype)
        total = reduce_sum(weights * x, axes, name="weighted_input_sum", keepdims=True)
        # A weight for every element, however the weights broadcast.
        count = reduce_sum(weights + zeros_like(x), axes, name="sum_of_weights", keepdims=True)
        mean = div_no_nan(total, count)
        distances = weights * squared_difference(x, mean)
        variance = div_no_nan(reduce_sum(distances, axes, name="weighted_distsq", keepdims=True), count)
        if not keep:
            mean, variance = squeeze(mean, axis=axes), squeeze(variance, axis=axes)
        if half:
            mean, variance = cast(mean, dtypes.float16), cast(variance, dtypes.float16)
        return mean, variance


def sufficient_statistics(
    x: Any,
    axes: Any,
    shift: Any = None,
    keep_dims: bool | None = None,
    name: str | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """What the mean and the variance follow from (API: tf.nn.sufficient_statistics).

    Args:
        shift: subtracted before summing, for numerical stability; near the mean.

    The other arguments: see `moments`.

    Returns:
        how many elements are summed, their sum, the sum of their squares, `shift` as a tensor or None.
    """
    keep = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    axes = list(set(axes))
    with name_scope(name, "sufficient_statistics", [x, shift]):
        x = convert_to_tensor(x, name="x")
        count = _count(x, axes)
        values, squares = x, None
        if shift is not None:
            shift = convert_to_tensor(shift, name="shift")
            values, squares = subtract(x, shift), squared_difference(x, shift)
        else:
            squares = square(x)
        total = reduce_sum(values, axes, keepdims=keep, name="mean_ss")
        return count, total, reduce_sum(squares, axes, keepdims=keep, name="var_ss"), shift


def _count(x: Tensor, axes: list[int]) -> Tensor:
    sizes = None if x.shape.rank is None else [x.shape[axis].value for axis in axes]
    if sizes is not None and None not in sizes:
        return constant(math.prod(size or 0 for size in sizes), dtype=x.dtype.base_dtype)
    rank: Any = rank_of(x)
    positive = [axis + rank if axis < 0 else axis for axis in axes]
    return reduce_prod(gather(cast(shape_of(x), x.dtype.base_dtype), positive), name="count")


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance from `sufficient_statistics` (API: tf.nn.normalize_moments).

    Args:
        counts, mean_ss, variance_ss, shift: what `sufficient_statistics` returns.
    """
    with name_scope(name, "normalize", [counts, mean_ss, variance_ss, shift]):
        divisor = reciprocal(counts, name="divisor")
        if shift is not None:
            shifted = multiply(mean_ss, divisor, name="shifted_mean")
            mean = add(shifted, shift, name="mean")
        else:
            mean = shifted = multiply(mean_ss, divisor, name="mean")
        variance = subtract(multiply(variance_ss, divisor), square(shifted), name="variance")
    return mean, variance

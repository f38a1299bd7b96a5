"""Reductions along axes (API: tf.reduce_sum, tf.reduce_mean, tf.reduce_max, tf.reduce_logsumexp ...)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, device, name_scope
from convflow.graph.static_value import constant_value
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import stop_gradient
from convflow.ops.array.list_diff import setdiff1d
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.array.stitch import reduced_shape
from convflow.ops.array.tile import broadcast_to, tile
from convflow.ops.array.transpose import invert_permutation, transpose
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.math.arithmetic import add, maximum, subtract, truediv
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.complex import conj
from convflow.ops.math.elementwise import exp, is_finite, log
from convflow.ops.math.scan import cumprod
from convflow.ops.math.select import where_v2
from convflow.ops.types import INDEX, NUMBER, REAL


def _reduction(op_type: str, summary: str) -> Any:
    def reduction(
        input_tensor: Any,
        axis: Any = None,
        keepdims: bool | None = None,
        name: str | None = None,
        reduction_indices: Any = None,
        keep_dims: bool | None = None,
    ) -> Tensor:
        axis, keepdims = _renamed(axis, keepdims, reduction_indices, keep_dims)
        axes = _all_axes(input_tensor) if axis is None else axis
        output = apply_op(op_type, input=input_tensor, reduction_indices=axes, keep_dims=keepdims, name=name)
        if axis is None and not keepdims and not output.shape.is_fully_defined():
            output.set_shape(())
        return output

    function = f"reduce_{op_type.lower()}"
    reduction.__name__ = reduction.__qualname__ = function
    reduction.__doc__ = f"""{summary} (API: tf.{function}).

    Args:
        axis: an axis or a list of axes, negative ones counted from the end; None reduces all.
        keepdims: keep the reduced axes with size 1.
        reduction_indices, keep_dims: the former names of `axis` and `keepdims`.

    Raises:
        ValueError: an axis outside of the rank, or one argument given under both its names.
    """
    return reduction


def _renamed(axis: Any, keepdims: Any, reduction_indices: Any, keep_dims: Any) -> tuple[Any, bool]:
    if axis is not None and reduction_indices is not None:
        raise ValueError("Cannot specify both 'reduction_indices' and 'axis'.")
    if keepdims is not None and keep_dims is not None:
        raise ValueError("Cannot specify both 'keep_dims' and 'keepdims'.")
    keep = keep_dims if keepdims is None else keepdims
    return reduction_indices if axis is None else axis, bool(keep)


def _all_axes(x: Any) -> Tensor:
    # A scalar goes the long way in TensorFlow, too, and so do arrays and lists; variables know their rank.
    rank = getattr(getattr(x, "shape", None), "rank", None)
    if rank:
        return constant(np.arange(rank, dtype=np.int32))
    return range_of(0, rank_of(x))


reduce_sum = _reduction("Sum", "The sum")
reduce_mean = _reduction("Mean", "The mean; of integers, rounded towards zero")
reduce_prod = _reduction("Prod", "The product")
reduce_max = _reduction("Max", "The largest element")
reduce_min = _reduction("Min", "The smallest element")
reduce_all = _reduction("All", "Whether all elements are true")
reduce_any = _reduction("Any", "Whether an element is true")


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The root of the sum of squares (API: tf.math.reduce_euclidean_norm); of integers, rounded towards zero.

    Args:
        axis, keepdims: as of `tf.reduce_sum`.
    """
    axes = _all_axes(input_tensor) if axis is None else axis
    output = apply_op(
        "EuclideanNorm", input=input_tensor, reduction_indices=axes, keep_dims=bool(keepdims), name=name
    )  # fmt: skip
    if axis is None and not keepdims and not output.shape.is_fully_defined():
        output.set_shape(())
    return output


def reduce_logsumexp(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """log(sum(exp(x))) without overflow (API: tf.reduce_logsumexp).

    Args:
        input_tensor: a tensor of a float type.
        axis: an axis or a list of axes, negative ones counted from the end; None reduces all.
        keepdims: keep the reduced axes with size 1.
        reduction_indices, keep_dims: the former names of `axis` and `keepdims`.

    Returns:
        Of the type of `input_tensor`, without the reduced axes.

    Raises:
        ValueError: an axis outside of the rank, or one argument given under both its names.
    """
    axis, keepdims = _renamed(axis, keepdims, reduction_indices, keep_dims)
    with name_scope(name, "ReduceLogSumExp", [input_tensor]) as scope:
        largest = reduce_max(input_tensor, axis=axis, keepdims=True)
        # An infinite maximum would make inf - inf of the shift.
        shift = stop_gradient(where_v2(is_finite(largest), largest, 0))
        result = log(reduce_sum(exp(subtract(input_tensor, shift)), axis=axis, keepdims=keepdims))
        if not keepdims:
            shift = reshape(shift, apply_op("Shape", input=result))
        return add(result, shift, name=scope)


def _reduced_shape(ctx: Any) -> list[TensorShape]:
    shape, axes, keep = ctx.input(0), ctx.constant(1), ctx.attr("keep_dims")
    if ctx.input(1).rank is not None and ctx.input(1).rank > 1:
        raise ValueError(f"Shape of reduction_indices must be at most rank 1 but is {ctx.input(1)}.")
    if shape.rank is None or axes is None:
        return [unknown_shape(shape.rank if keep else None)]
    reduced = {_checked_axis(int(axis), shape.rank) for axis in axes.reshape(-1)}
    sizes = [
        Dimension(1) if axis in reduced else size for axis, size in enumerate(shape) if keep or axis not in reduced
    ]
    return [TensorShape(sizes)]


def _checked_axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ValueError(
            f"Invalid reduction dimension {axis} for input with {rank} dimensions: expected one from {-rank} to "
            f"{rank - 1}."
        )
    return axis % rank


def _axes_of(x: torch.Tensor, axes: torch.Tensor) -> tuple[int, ...]:
    found = tuple(_checked_axis(axis, x.ndim) for axis in axes.reshape(-1).tolist())
    if len(set(found)) != len(found):
        raise ValueError(f"Invalid reduction arguments: Axes contains duplicate dimension: {axes.tolist()}")
    return found


def _kernel(
    compute: Callable[..., Any], of_each: Callable[..., Any] | None = None
) -> Callable[[Operation], Callable[..., Any]]:
    """Kernels take (x, axes, keep); no axes leave x as it is (or `of_each`), which PyTorch would read as all."""

    def make(op: Operation) -> Callable[..., Any]:
        keep = op.attrs["keep_dims"]

        def reduced(x: torch.Tensor, axes: torch.Tensor) -> torch.Tensor:
            dims = _axes_of(x, axes)
            if dims:
                return compute(x, dims, keep)
            return x if of_each is None else of_each(x)

        return reduced

    return make


def _widened(compute: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, dims, keep: on_wide_unsigned(lambda value: compute(value, dims, keep))(x)


def _sum(x: torch.Tensor, dims: tuple[int, ...], keep: bool) -> torch.Tensor:
    return torch.sum(x, dims, keepdim=keep, dtype=x.dtype)


def _mean(x: torch.Tensor, dims: tuple[int, ...], keep: bool) -> torch.Tensor:
    if x.is_floating_point() or x.is_complex():
        return torch.mean(x, dims, keepdim=keep)
    # Of no integers TensorFlow gives 0.
    count = max(math.prod(x.shape[dim] for dim in dims), 1)
    total = torch.sum(x, dims, keepdim=keep, dtype=torch.int64)
    return torch.div(total, count, rounding_mode="trunc").to(x.dtype)


def _prod(x: torch.Tensor, dims: tuple[int, ...], keep: bool) -> torch.Tensor:
    for dim in sorted(dims, reverse=True):
        x = torch.prod(x, dim, keepdim=keep, dtype=x.dtype)
    return x


def _euclidean(x: torch.Tensor, dims: tuple[int, ...], keep: bool) -> torch.Tensor:
    if x.is_complex():
        return torch.linalg.vector_norm(x, 2, dims, keep).to(x.dtype)
    if x.is_floating_point():
        return torch.linalg.vector_norm(x, 2, dims, keep)
    # Squares run over within the type, as sums do.
    return torch.sum(x * x, dims, keepdim=keep, dtype=x.dtype).double().sqrt().to(x.dtype)


def _extremum(compute: Callable[..., Any], of_nothing: Callable[[torch.dtype], Any]) -> Callable[..., Any]:
    def reduced(x: torch.Tensor, dims: tuple[int, ...], keep: bool) -> torch.Tensor:
        if all(x.shape[dim] for dim in dims):
            return compute(x, dims, keepdim=keep)
        sizes = [1 if i in dims else size for i, size in enumerate(x.shape) if keep or i not in dims]
        return torch.full(sizes, of_nothing(x.dtype), dtype=x.dtype)

    return reduced


def _lowest(dtype: torch.dtype) -> Any:
    return -math.inf if dtype.is_floating_point else torch.iinfo(dtype).min


def _highest(dtype: torch.dtype) -> Any:
    return math.inf if dtype.is_floating_point else torch.iinfo(dtype).max


# Gradients. The output's gradient is brought to the rank of the input and stretched over the reduced axes.


def _kept_sizes(op: Operation, sizes: Tensor) -> Tensor:
    """The output's shape with the reduced axes kept."""
    return reduced_shape(sizes, op.inputs[1])


def _sum_gradient(op: Operation, grad: Any) -> list[Any]:
    x = op.inputs[0]
    axes = None if x.shape.rank is None else constant_value(op.inputs[1])
    if axes is not None:
        if list(axes.reshape(-1)) == list(range(len(x.shape))) and axes.ndim == 1:
            grad = reshape(grad, [1] * len(x.shape))
            static = x.shape.is_fully_defined()
            return [tile(grad, constant(x.shape.as_list(), dtype=dtypes.int32) if static else shape_of(x)), None]
        if x.shape.is_fully_defined():
            reduced = {int(axis) % len(x.shape) for axis in axes.reshape(-1)}
            sizes = [int(size) for size in x.shape]
            kept = [1 if axis in reduced else size for axis, size in enumerate(sizes)]
            repeats = _repeats(op.graph, axes, sizes, kept)
            return [tile(reshape(grad, kept), repeats), None]
    input_shape = shape_of(x)
    if not op.attrs["keep_dims"]:
        with colocate_with(input_shape):
            kept_shape = _kept_sizes(op, input_shape)
        grad = reshape(grad, kept_shape)
    return [broadcast_to(grad, input_shape), None]


# For each graph the reductions of which it has worked out the repetitions.
_known: WeakKeyDictionary[Any, set[tuple[Any, ...]]] = WeakKeyDictionary()


def _repeats(graph: Any, axes: np.ndarray, sizes: list[int], kept: list[int]) -> list[int]:
    """How often each axis of a reduced tensor is repeated to have its size again."""
    known = _known.setdefault(graph, set())
    key = (*sizes, "over", *axes.reshape(-1).tolist())
    if key not in known:
        # TensorFlow works it out with nodes the first time, and takes the numbers from there.
        known.add(key)
        apply_op("FloorDiv", y=maximum(kept, 1), x=sizes, name="floordiv")
    return [size // max(mine, 1) for size, mine in zip(sizes, kept, strict=True)]


def _mean_gradient(op: Operation, grad: Any) -> list[Any]:
    total = _sum_gradient(op, grad)[0]
    x, y = op.inputs[0], op.outputs[0]
    if x.shape.is_fully_defined() and y.shape.is_fully_defined():
        count = math.prod(map(int, x.shape)) // max(math.prod(map(int, y.shape)), 1)
        return [truediv(total, constant(count, dtype=total.dtype.base_dtype)), None]
    sizes = shape_of(x)
    rank = size_of(sizes)
    axes = (cast(op.inputs[1], rank.dtype) + rank) % rank
    count = reduce_prod(gather(sizes, axes))
    return [truediv(total, cast(count, total.dtype)), None]


def _extremum_gradient(op: Operation, grad: Any) -> list[Any]:
    x, axes = op.inputs
    input_shape, y = shape_of(x), op.outputs[0]
    if op.attrs["keep_dims"]:
        kept = shape_of(y)
    else:
        kept = _kept_sizes(op, input_shape)
        y, grad = reshape(y, kept), reshape(grad, kept)
    # Equal extrema share the gradient.
    chosen = cast(equal(y, x), grad.dtype)
    count = reshape(reduce_sum(chosen, axes), kept)
    return [chosen / count * grad, None]


def _euclidean_gradient(op: Operation, grad: Any) -> list[Any]:
    y = op.outputs[0]
    if not op.attrs["keep_dims"]:
        kept = _kept_sizes(op, shape_of(op.inputs[0]))
        y, grad = reshape(y, kept), reshape(grad, kept)
    return [truediv(op.inputs[0], y / grad), None]


def _prod_gradient(op: Operation, grad: Any) -> list[Any]:
    # The product of all others is taken from both sides, not by division: elements may be 0.
    x = op.inputs[0]
    sizes = shape_of(x)
    axes = reshape(op.inputs[1], [-1])
    if not op.attrs["keep_dims"]:
        grad = reshape(grad, _kept_sizes(op, sizes))
    grad = broadcast_to(grad, sizes)
    with device("/cpu:0"):
        rank = rank_of(x)
        reduced = (cast(axes, rank.dtype) + rank) % rank
        others = setdiff1d(range_of(0, rank), reduced).out
        order = concat([reduced, others], 0)
        counts = [reduce_prod(gather(sizes, which)) for which in (reduced, others)]
    moved = transpose(x, order)
    moved_shape = shape_of(moved)
    matrix = reshape(moved, counts)
    left = cumprod(matrix, axis=0, exclusive=True)
    right = cumprod(matrix, axis=0, exclusive=True, reverse=True)
    rest = reshape(conj(left) * conj(right), moved_shape)
    return [reshape(grad * transpose(rest, invert_permutation(order)), sizes), None]


_ORDERED = f"{REAL}, qint8, quint8, qint32, qint16, quint16"


def _register(
    name: str,
    types: str | None,
    compute: Callable[..., Any],
    gradient: Any,
    of_each: Callable[..., Any] | None = None,
) -> None:
    attrs = f"keep_dims: bool = false; Tidx: type = int32 in {{{INDEX}}}"
    if types is not None:
        attrs += f"; T: type in {{{types}}}"
    kind = "bool" if types is None else "T"
    register_op(
        name,
        inputs=f"input: {kind}; reduction_indices: Tidx",
        outputs=f"output: {kind}",
        attrs=attrs,
        shape=_reduced_shape,
        kernel=_kernel(compute, of_each),
        gradient=gradient,
    )


_register("Sum", NUMBER, _widened(_sum), _sum_gradient)
_register("Mean", NUMBER, _widened(_mean), _mean_gradient)
_register("Prod", NUMBER, _widened(_prod), _prod_gradient)
_register("Max", _ORDERED, _widened(_extremum(torch.amax, _lowest)), _extremum_gradient)
_register("Min", _ORDERED, _widened(_extremum(torch.amin, _highest)), _extremum_gradient)
_register("EuclideanNorm", NUMBER, _widened(_euclidean), _euclidean_gradient, lambda x: x.abs().to(x.dtype))
_register("All", None, lambda x, dims, keep: torch.all(x, dims, keepdim=keep), NO_GRADIENT)
_register("Any", None, lambda x, dims, keep: torch.any(x, dims, keepdim=keep), NO_GRADIENT)

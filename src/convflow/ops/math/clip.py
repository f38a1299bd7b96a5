"""Keeping numbers and norms within bounds (API: tf.clip_by_value, tf.clip_by_norm, tf.clip_by_global_norm ...)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, name_scope
from convflow.ops.array.constant import constant, ones_like, zeros
from convflow.ops.array.identity import identity
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size as size_of
from convflow.ops.array.stack import stack
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater, less, logical_or
from convflow.ops.math.elementwise import rsqrt, sqrt
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where
from convflow.ops.types import NUMBER


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """`t` with what is below or above the bounds set to the bound (API: tf.clip_by_value).

    Args:
        t: a tensor or IndexedSlices.
        clip_value_min, clip_value_max: scalars, or tensors that stretch to the shape of `t`.

    Raises:
        ValueError: bounds that would change the shape of `t`.
    """
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as scope:
        values = _values(t)
        below = minimum(values, clip_value_max)
        values.shape.assert_is_compatible_with(below.shape)
        result = maximum(below, clip_value_min, name=scope)
        values.shape.assert_is_compatible_with(result.shape)
        return _like(t, result)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """`t` scaled down to a Euclidean norm of at most `clip_norm` (API: tf.clip_by_norm).

    Args:
        t: a tensor or IndexedSlices of a floating type.
        clip_norm: a scalar; what is negative counts as 0.
        axes: the axes of one norm, all by default.

    Raises:
        ValueError: a `clip_norm` that would change the shape of `t`.
    """
    with name_scope(name, "clip_by_norm", [t, clip_norm]) as scope:
        values = _values(t)
        if np.isscalar(clip_norm):
            bound: Any = clip_norm
            bound = 0 if bound < 0 else bound
        else:
            bound = cast(maximum(clip_norm, 0), values.dtype)
        squares = reduce_sum(values * values, axes, keepdims=True)
        # The root of a zero is kept away from the gradient, where it is infinite.
        is_positive = squares > 0
        root = sqrt(where(is_positive, squares, ones_like(squares)))
        norm = where(is_positive, root, squares)
        product = values * bound
        values.shape.assert_is_compatible_with(product.shape)
        return _like(t, identity(product / maximum(norm, bound), name=scope))


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Tensor:
    """`t` scaled down to a norm of at most `clip_norm` per element (API: tf.clip_by_average_norm).

    Args:
        clip_norm: a positive scalar, compared with the Euclidean norm of `t` over its number of elements.
    """
    with name_scope(name, "clip_by_average_norm", [t, clip_norm]) as scope:
        t = convert_to_tensor(t, name="t")
        count = cast(size_of(t), "float32")
        inverse = rsqrt(reduce_sum(t * t, range_of(rank_of(t))))
        return identity(t * clip_norm * minimum(inverse * count, constant(1.0) / clip_norm), name=scope)


def global_norm(t_list: Any, name: str | None = None) -> Tensor:
    """The Euclidean norm of all elements of a list of tensors (API: tf.global_norm).

    Args:
        t_list: tensors or IndexedSlices; None is passed over.

    Raises:
        TypeError: `t_list` is no list.
    """
    tensors = _listed(t_list)
    with name_scope(name, "global_norm", tensors):
        halves = []
        for value in _numbered_values(tensors):
            if value is not None:
                with colocate_with(value):
                    halves.append(apply_op("L2Loss", t=value))
        half = reduce_sum(stack(halves))
        return sqrt(half * constant(2.0, dtype=half.dtype.base_dtype), name="global_norm")


def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """Tensors scaled down together so that their norm is at most `clip_norm` (API: tf.clip_by_global_norm).

    Args:
        t_list: tensors or IndexedSlices; None stays None.
        clip_norm: a positive scalar.
        use_norm: the norm of all, `tf.global_norm(t_list)` by default.

    Returns:
        The scaled tensors, NaN where the norm is not finite; and the norm before.

    Raises:
        TypeError: `t_list` is no list.
    """
    tensors = _listed(t_list)
    norm = global_norm(tensors, name) if use_norm is None else use_norm
    with name_scope(name, "clip_by_global_norm", [*tensors, clip_norm]) as scope:
        inverse = 1.0 / norm
        factor = clip_norm * minimum(inverse, constant(1.0, dtype=norm.dtype.base_dtype) / clip_norm)
        # Adds nothing to a finite norm, and NaN to any other.
        factor = factor + (norm - norm)
        clipped: list[Any] = []
        for index, (t, value) in enumerate(zip(tensors, _numbered_values(tensors), strict=True)):
            if value is None:
                clipped.append(None)
                continue
            with colocate_with(value):
                scaled = value * cast(factor, value.dtype)
                clipped.append(_like(t, identity(scaled, name=f"{scope}_{index}")))
        return clipped, norm


def _listed(t_list: Any) -> list[Any]:
    if not isinstance(t_list, Sequence) or isinstance(t_list, str):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}. Put it in a list.")
    return list(t_list)


def _numbered_values(tensors: list[Any]) -> list[Tensor | None]:
    return [None if t is None else _values(t, f"t_{index}") for index, t in enumerate(tensors)]


def _values(t: Any, name: str = "t") -> Tensor:
    return convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=name)


def _like(t: Any, values: Tensor) -> Any:
    return IndexedSlices(values, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else values


def clip_within(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Tensor:
    """`clip_by_value` as one node, `ClipByValue`; part of `tf.saturate_cast`.

    Args:
        clip_value_min, clip_value_max: scalars or tensors of the shape of `t`.
    """
    return apply_op("ClipByValue", t=t, clip_value_min=clip_value_min, clip_value_max=clip_value_max, name=name)


def _clip_shape(ctx: Any) -> list[TensorShape]:
    # TensorFlow leaves the bounds to the kernel: it takes scalars or the shape of t.
    return [ctx.input(0)]


def _clip_compute(t: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    for bound, what in ((low, "clip_value_min"), (high, "clip_value_max")):
        if bound.ndim and bound.shape != t.shape:
            raise ValueError(
                f"{what} must be a scalar or of the shape of t, {list(t.shape)}; got shape {list(bound.shape)}."
            )
    if t.is_complex():
        raise TypeError("ClipByValue does not order complex numbers; clip their parts.")
    return on_wide_unsigned(lambda x, a, b: torch.minimum(torch.maximum(x, a), b))(t, low, high)


def _clip_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, low, high = op.inputs
    nothing = zeros(shape_of(grad), grad.dtype.base_dtype)
    below, above = less(x, low), greater(x, high)
    parts = (where(logical_or(below, above), nothing, grad), where(below, grad, nothing), where(above, grad, nothing))
    return [_summed_to(part, value) for part, value in zip(parts, op.inputs, strict=True)]


def _summed_to(grad: Tensor, value: Tensor) -> Tensor:
    axes = apply_op("BroadcastGradientArgs", s0=shape_of(grad), s1=shape_of(value))[1]
    total = apply_op("Sum", input=grad, reduction_indices=axes)
    return apply_op("Reshape", tensor=total, shape=shape_of(value))


register_op(
    "ClipByValue",
    inputs="t: T; clip_value_min: T; clip_value_max: T",
    outputs="output: T",
    attrs=f"T: type in {{{NUMBER}}}",
    shape=_clip_shape,
    kernel=lambda op: _clip_compute,
    gradient=_clip_gradient,
)

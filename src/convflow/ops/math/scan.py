"""Running sums and products along an axis (API: tf.cumsum, tf.cumprod, tf.math.cumulative_logsumexp)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.constant import ones_like
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.math.arithmetic import add, multiply, negative, realdiv, subtract
from convflow.ops.math.comparison import greater
from convflow.ops.math.elementwise import exp, log
from convflow.ops.math.select import where_v2
from convflow.ops.types import INDEX, NUMBER


def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """The sum of all elements up to each one along an axis (API: tf.cumsum).

    Args:
        exclusive: leave each element out of its own sum, which begins with 0.
        reverse: go from the axis' end.
    """
    with name_scope(name, "Cumsum", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply_op("Cumsum", x=x, axis=axis, exclusive=exclusive, reverse=reverse, name=scope)


def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """The product of all elements up to each one along an axis (API: tf.cumprod).

    Args:
        x: a tensor of a number type.
        axis: an int32 or int64 scalar, 0 by default; negative ones count from the end.
        exclusive: leave each element out of its own product, which begins with 1.
        reverse: go from the axis' end.

    Returns:
        Of the shape and type of `x`.
    """
    with name_scope(name, "Cumprod", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply_op("Cumprod", x=x, axis=axis, exclusive=exclusive, reverse=reverse, name=scope)


def cumulative_logsumexp(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """log(sum(exp(x))) of all elements up to each one, without overflow (API: tf.math.cumulative_logsumexp).

    Args:
        exclusive: leave each element out of its own sum, which begins with -infinity.
        reverse: go from the axis' end.
    """
    with name_scope(name, "CumulativeLogsumexp", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply_op("CumulativeLogsumexp", x=x, axis=axis, exclusive=exclusive, reverse=reverse, name=scope)


def _scan_kernel(scan: Callable[..., torch.Tensor], start: Any) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def make(op: Operation) -> Callable[..., torch.Tensor]:
        exclusive, reverse = op.attrs["exclusive"], op.attrs["reverse"]

        def compute(x: torch.Tensor, axis: torch.Tensor) -> torch.Tensor:
            at = int(axis)
            if not -x.ndim <= at < x.ndim:
                raise ValueError(f"Expected scan axis in the range [{-x.ndim}, {x.ndim}), but got {at}")
            return on_wide_unsigned(lambda value: scanned(value, at))(x)

        def scanned(x: torch.Tensor, at: int) -> torch.Tensor:
            if reverse:
                x = x.flip(at)
            if exclusive and x.shape[at]:
                first = x.narrow(at, 0, 1)
                x = torch.cat([torch.full_like(first, start(x.dtype)), x.narrow(at, 0, x.shape[at] - 1)], at)
            result = scan(x, at, dtype=x.dtype)
            return result.flip(at) if reverse else result

        return compute

    return make


def _cumsum_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    flags = {"exclusive": op.attrs["exclusive"], "reverse": not op.attrs["reverse"]}
    return [cumsum(grad, op.inputs[1], **flags), None]


def _cumprod_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    # As in TensorFlow, elements of 0 have no finite gradient here.
    x, axis = op.inputs
    flags = {"exclusive": op.attrs["exclusive"], "reverse": op.attrs["reverse"]}
    product = cumprod(x, axis, **flags)
    flags["reverse"] = not flags["reverse"]
    return [realdiv(cumsum(multiply(product, grad), axis, **flags), x), None]


def _register(name: str, scan: Callable[..., torch.Tensor], start: Any, gradient: Any, types: str = NUMBER) -> None:
    register_op(
        name,
        inputs="x: T; axis: Tidx",
        outputs="out: T",
        attrs=(
            f"exclusive: bool = false; reverse: bool = false; T: type in {{{types}}}; Tidx: type = int32 in {{{INDEX}}}"
        ),
        shape=rules.unchanged,
        kernel=_scan_kernel(scan, start),
        gradient=gradient,
    )


def _logsumexp_scan(x: torch.Tensor, at: int, dtype: torch.dtype) -> torch.Tensor:
    if dtype in (torch.float16, torch.bfloat16):
        return torch.logcumsumexp(x.float(), at).to(dtype)
    return torch.logcumsumexp(x, at)


def _cumulative_logsumexp_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    # The sum is taken of logarithms, of positive and of negative gradients by themselves.
    x, axis = op.inputs
    flags = {"exclusive": op.attrs["exclusive"], "reverse": not op.attrs["reverse"]}
    lowest = convert_to_tensor(grad.dtype.min, dtype=grad.dtype.base_dtype)

    def weighed(value: Tensor) -> Tensor:
        is_positive = greater(value, convert_to_tensor(0, dtype=value.dtype.base_dtype))
        ones = ones_like(value)
        logs = where_v2(is_positive, log(where_v2(is_positive, value, ones)), lowest)
        return exp(add(cumulative_logsumexp(subtract(logs, op.outputs[0]), axis, **flags), x))

    return [subtract(weighed(grad), weighed(negative(grad))), None]


_register("Cumsum", torch.cumsum, lambda dtype: 0, _cumsum_gradient)
_register("Cumprod", torch.cumprod, lambda dtype: 1, _cumprod_gradient)
_register(
    "CumulativeLogsumexp",
    _logsumexp_scan,
    lambda dtype: -math.inf,
    _cumulative_logsumexp_gradient,
    "bfloat16, half, float, double",
)

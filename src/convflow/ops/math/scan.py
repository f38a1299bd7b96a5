"""Running sums and products along an axis (API: tf.cumsum, tf.cumprod)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.math.arithmetic import multiply, realdiv
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
    """The product of all elements up to each one along an axis (API: tf.cumprod). Arguments as of `cumsum`."""
    with name_scope(name, "Cumprod", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply_op("Cumprod", x=x, axis=axis, exclusive=exclusive, reverse=reverse, name=scope)


def _scan_kernel(scan: Callable[..., torch.Tensor], start: int) -> Callable[[Operation], Callable[..., torch.Tensor]]:
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
                x = torch.cat([torch.full_like(first, start), x.narrow(at, 0, x.shape[at] - 1)], at)
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


def _register(name: str, scan: Callable[..., torch.Tensor], start: int, gradient: Any) -> None:
    register_op(
        name,
        inputs="x: T; axis: Tidx",
        outputs="out: T",
        attrs=(
            f"exclusive: bool = false; reverse: bool = false; T: type in {{{NUMBER}}}; "
            f"Tidx: type = int32 in {{{INDEX}}}"
        ),
        shape=rules.unchanged,
        kernel=_scan_kernel(scan, start),
        gradient=gradient,
    )


_register("Cumsum", torch.cumsum, 0, _cumsum_gradient)
_register("Cumprod", torch.cumprod, 1, _cumprod_gradient)

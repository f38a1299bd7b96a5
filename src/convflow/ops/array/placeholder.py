"""Values that a run supplies (API: tf.placeholder, tf.placeholder_with_default)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import executing_eagerly


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor that every run must feed (API: tf.placeholder).

    Args:
        dtype: the element type of what is fed.
        shape: what is known of its shape; None allows any.

    Raises:
        RuntimeError: in eager mode, where there are no runs.
    """
    if executing_eagerly():
        raise RuntimeError(
            "tf.placeholder() is not compatible with eager execution: pass values to functions, or build the graph "
            "inside `with tf.Graph().as_default():`."
        )
    return apply_op("Placeholder", dtype=dtypes.as_dtype(dtype).base_dtype, shape=as_shape(shape), name=name)


def _attr_shape(ctx: Any) -> list[TensorShape]:
    return [ctx.attr("shape")]


def _unfed_kernel(op: Operation) -> Callable[[], Any]:
    def refuse() -> Any:
        dtype, shape = op.attrs["dtype"], op.attrs["shape"]
        raise errors.InvalidArgumentError(
            None,
            op,
            f"You must feed a value for placeholder tensor '{op.name}' with dtype {dtype.name} and shape "
            f"{shape}: pass feed_dict={{'{op.name}:0': value}} to Session.run.",
        )

    return refuse


register_op(
    "Placeholder",
    outputs="output: dtype",
    attrs="dtype: type; shape: shape = <unknown>",
    shape=_attr_shape,
    kernel=_unfed_kernel,
    gradient=NO_GRADIENT,
)


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """A tensor that passes `input` on unless a run feeds it (API: tf.placeholder_with_default).

    Args:
        input: the value without a feed, a tensor or value of any type.
        shape: of the tensor, compatible with that of `input`; None in it (or for it) lets a feed have any size there.

    Returns:
        Of the type of `input` and the static shape `shape`.
    """
    return apply_op("PlaceholderWithDefault", input=input, shape=as_shape(shape), name=name)


def _default_shape(ctx: Any) -> list[TensorShape]:
    if not ctx.attr("shape").is_compatible_with(ctx.input(0)):
        raise ValueError(f"The default has shape {ctx.input(0)}, the placeholder {ctx.attr('shape')}.")
    return [ctx.attr("shape")]


register_op(
    "PlaceholderWithDefault",
    inputs="input: dtype",
    outputs="output: dtype",
    attrs="dtype: type; shape: shape",
    shape=_default_shape,
    kernel=lambda op: lambda value: value,
    gradient=lambda op, grad: [grad],
)

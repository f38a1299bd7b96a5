"""More nodes that pass values on, several at once or under a condition (API: tf.identity_n, tf.ensure_shape ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core.shape import TensorShape, as_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def identity_n(input: Any, name: str | None = None) -> list[Tensor]:
    """The same values under new names, all of one node (API: tf.identity_n).

    Args:
        input: a list of tensors of any types.
    """
    return apply_op("IdentityN", input=input, name=name)


register_op(
    "IdentityN",
    inputs="input: (T...)",
    outputs="output: (T...)",
    attrs="T: list(type) >= 1",
    shape=lambda ctx: [ctx.input(index) for index in range(ctx.num_inputs)],
    kernel=lambda op: lambda *values: values,
    gradient=lambda op, *grads: list(grads),
)


def guarantee_const(input: Any, name: str | None = None) -> Tensor:
    """`input`, of which the program says that it never changes (API: tf.guarantee_const).

    Args:
        input: of any type.

    Returns:
        Of the type and shape of `input`.
    """
    return apply_op("GuaranteeConst", input=input, name=name)


register_op(
    "GuaranteeConst",
    inputs="input: T",
    outputs="output: T",
    attrs="T: type",
    shape=rules.unchanged,
    kernel=lambda op, store: lambda value: value,
    gradient=NO_GRADIENT,
    stateful=True,
)


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """`x`, whose shape is known from here on and checked in the run (API: tf.ensure_shape).

    Args:
        shape: what the shape must be; None for sizes that may be any.

    Raises:
        ValueError: the static shape contradicts it.
        InvalidArgumentError: (when run) the real shape does.
    """
    return apply_op("EnsureShape", input=x, shape=as_shape(shape), name=name)


def _ensured_shape(ctx: Any) -> list[TensorShape]:
    wanted = ctx.attr("shape")
    if not ctx.input(0).is_compatible_with(wanted):
        raise ValueError(f"Shape of tensor {ctx.input(0)} is not compatible with expected shape {wanted}.")
    return [ctx.input(0).merge_with(wanted)]


def _ensured_kernel(op: Operation) -> Callable[[Any], Any]:
    wanted = op.attrs["shape"]

    def check(value: Any) -> Any:
        if not wanted.is_compatible_with(TensorShape(value.shape)):
            raise ValueError(
                f"Shape of tensor {op.inputs[0].name} {list(value.shape)} is not compatible with expected shape "
                f"{wanted}."
            )
        return value

    return check


register_op(
    "EnsureShape",
    inputs="input: T",
    outputs="output: T",
    attrs="shape: shape; T: type",
    shape=_ensured_shape,
    kernel=_ensured_kernel,
    gradient=lambda op, grad: [grad],
)


def prevent_gradient(input: Any, message: str = "", name: str | None = None) -> Tensor:
    """`input`; asking for a gradient through it is an error (op PreventGradient).

    Args:
        message: why there is no gradient.
    """
    return apply_op("PreventGradient", input=input, message=message, name=name)


def _refused(op: Operation, grad: Tensor) -> list[Tensor | None]:
    message = op.attrs["message"]
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else message
    raise LookupError(f"Gradient explicitly disabled. Reason: {text} ({op.describe()})")


register_op(
    "PreventGradient",
    inputs="input: T",
    outputs="output: T",
    attrs="T: type; message: string = ''",
    shape=rules.unchanged,
    kernel=lambda op: lambda value: value,
    gradient=_refused,
)

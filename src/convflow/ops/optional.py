"""The nodes behind tf.data.experimental.Optional: values that may be missing. Each is a scalar of type `variant`."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.constant import zeros_like
from convflow.ops.dataset_elements import VariantValue, owned


class OptionalValue(VariantValue):
    """The components of an element, or None where there is none."""

    def __init__(self, components: tuple[Any, ...] | None) -> None:
        self.components = components


def _from_value(*components: Any) -> OptionalValue:
    return OptionalValue(tuple(map(owned, components)))


def _from_value_gradient(op: Operation, grad: Tensor) -> list[Tensor]:
    types = [tensor.dtype.base_dtype for tensor in op.inputs]
    return _components(grad, types, [tensor.shape for tensor in op.inputs])


def _components(optional: Tensor, types: list[Any], shapes: list[TensorShape]) -> list[Tensor]:
    found = apply_op("OptionalGetValue", optional=optional, output_types=types, output_shapes=shapes)
    return found if isinstance(found, list) else [found]


register_op(
    "OptionalFromValue",
    inputs="components: (Toutput_types...)",
    outputs="optional: variant",
    attrs="Toutput_types: list(type) >= 1",
    shape=rules.scalar_output,
    kernel=lambda op: _from_value,
    gradient=_from_value_gradient,
)
register_op(
    "OptionalNone",
    outputs="optional: variant",
    shape=rules.scalar_output,
    kernel=lambda op: lambda: OptionalValue(None),
    gradient=NO_GRADIENT,
)


def _has_value_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "optional")
    return [TensorShape([])]


register_op(
    "OptionalHasValue",
    inputs="optional: variant",
    outputs="has_value: bool",
    shape=_has_value_shape,
    kernel=lambda op: lambda optional: torch.tensor(optional.components is not None),
    gradient=NO_GRADIENT,
)


def _get_value(optional: OptionalValue) -> tuple[Any, ...]:
    if optional.components is None:
        raise errors.InvalidArgumentError(
            None,
            None,
            "The given optional does not have a value. Ask has_value() first, and take the value in the branch of a "
            "tf.cond.",
        )
    return tuple(map(owned, optional.components))


def _get_value_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "optional")
    return list(ctx.attr("output_shapes"))


def _get_value_gradient(op: Operation, *grads: Tensor | None) -> list[Tensor]:
    # What nothing depends on, numbers that are whole among them, has no gradient.
    known = [zeros_like(value) if grad is None else grad for value, grad in zip(op.outputs, grads, strict=True)]
    return [apply_op("OptionalFromValue", components=known)]


register_op(
    "OptionalGetValue",
    inputs="optional: variant",
    outputs="components: (output_types...)",
    attrs="output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
    shape=_get_value_shape,
    kernel=lambda op: _get_value,
    gradient=_get_value_gradient,
)

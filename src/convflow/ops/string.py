"""Strings (API: tf.string_join)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core.shape import TensorShape, scalar
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor


def string_join(inputs: Any, separator: str = "", name: str | None = None) -> Tensor:
    """Strings put one after the other, element by element (API: tf.string_join).

    Args:
        inputs: tensors of strings of one shape; scalars go with any shape.
        separator: stands between them.
    """
    return apply_op("StringJoin", inputs=inputs, separator=separator, name=name)


def _string_join_shape(ctx: InferenceContext) -> list[TensorShape]:
    shape = scalar()
    for index in range(ctx.num_inputs):
        other = ctx.input(index)
        if other.rank == 0:
            continue
        try:
            shape = other if shape.rank == 0 else shape.merge_with(other)
        except ValueError:
            raise ValueError(
                f"Shapes of all inputs must match or be scalars: input {index} has shape {other}, another {shape}."
            ) from None
    return [shape]


def _string_join_kernel(op: Operation) -> Callable[..., np.ndarray]:
    separator = op.attrs["separator"]
    between = separator.encode() if isinstance(separator, str) else separator

    def compute(*inputs: np.ndarray) -> np.ndarray:
        if len({array.shape for array in inputs if array.ndim}) > 1:
            raise ValueError("the shapes of the inputs differ")
        parts = np.broadcast_arrays(*inputs)
        result = np.empty(parts[0].shape if parts else (), dtype=object)
        for index in np.ndindex(result.shape):
            result[index] = between.join(part.item(*index) for part in parts)
        return result

    return compute


register_op(
    "StringJoin",
    inputs="inputs: N * string",
    outputs="output: string",
    attrs="N: int >= 0; separator: string = ''",
    shape=_string_join_shape,
    kernel=_string_join_kernel,
    gradient=NOT_DIFFERENTIABLE,
)

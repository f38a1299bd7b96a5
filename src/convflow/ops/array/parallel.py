"""Joining pieces as they become ready (API: tf.parallel_stack)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.reshape import expand_dims


def parallel_stack(values: Any, name: str = "parallel_stack") -> Tensor:
    """Tensors of one fully known shape joined along a new first axis (API: tf.parallel_stack).

    It has no gradient; `tf.stack` has one.

    Args:
        values: a list of n tensors or values of one type, the first of a fully known shape.

    Returns:
        Of their type, shape [n, *shape].

    Raises:
        ValueError: shapes that differ or are not fully known.
    """
    with name_scope(name):
        shape = convert_to_tensor(values[0]).shape
        result = TensorShape([len(values)]).concatenate(shape)
        return apply_op("ParallelConcat", values=[expand_dims(value, 0) for value in values], shape=result)


def _parallel_shape(ctx: Any) -> list[TensorShape]:
    result = ctx.attr("shape")
    if not result.is_fully_defined():
        raise ValueError(f"All shapes of tf.parallel_stack must be fully known, got {result}.")
    expected = TensorShape([1]).concatenate(result[1:])
    for index in range(ctx.num_inputs):
        if not ctx.input(index).is_compatible_with(expected):
            raise ValueError(f"All input shapes must match: values[{index}] is {ctx.input(index)}, not {expected}.")
    return [result]


def _joined(*values: Any) -> Any:
    if any(value.shape != values[0].shape for value in values):
        raise ValueError(f"All input shapes must match, got {[list(value.shape) for value in values]}.")
    return np.concatenate(values) if isinstance(values[0], np.ndarray) else torch.cat(values)


register_op(
    "ParallelConcat",
    inputs="values: N * T",
    outputs="output: T",
    attrs="N: int >= 1; T: type; shape: shape",
    shape=_parallel_shape,
    kernel=lambda op: _joined,
    gradient=NO_GRADIENT,
)

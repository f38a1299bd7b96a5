"""Shapes as values (API: tf.shape, tf.size, tf.rank)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, scalar
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import is_sparse
from convflow.ops.array.constant import constant
from convflow.ops.types import INDEX


def shape(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """The shape as an int32 (or int64) vector (API: tf.shape).

    Args:
        input: a tensor, sparse tensor or value of any type.
        out_type: int32 or int64.

    Returns:
        A vector with a size for each dimension; a constant where the shape is known.
    """
    return shape_internal(input, name, optimize=True, out_type=out_type)


def shape_internal(input: Any, name: str | None = None, optimize: bool = True, out_type: Any = dtypes.int32) -> Tensor:
    """`shape`, a constant where the shape is already known if `optimize`."""
    with name_scope(name, "Shape", [input]) as scope:
        if is_sparse(input):
            return apply_op("Cast", x=input.dense_shape, DstT=out_type)
        tensor = convert_to_tensor(input)
        if optimize and tensor.shape.is_fully_defined():
            return constant([int(size) for size in tensor.shape], dtype=out_type, name=scope)
        return apply_op("Shape", input=tensor, out_type=out_type, name=scope)


def size(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """The number of elements, a scalar (API: tf.size).

    Args:
        input: a tensor, sparse tensor or value of any type.
        out_type: int32 or int64.

    Returns:
        A scalar of type `out_type`; a constant where the shape is known.
    """
    with name_scope(name, "Size", [input]) as scope:
        if is_sparse(input):
            sizes = apply_op("Cast", x=input.dense_shape, DstT=out_type)
            return apply_op("Prod", input=sizes, reduction_indices=0, name=scope)
        tensor = convert_to_tensor(input)
        count = tensor.shape.num_elements()
        if count is not None:
            return constant(count, dtype=out_type, name=scope)
        return apply_op("Size", input=tensor, out_type=out_type, name=scope)


def rank(input: Any, name: str | None = None) -> Tensor:
    """The number of dimensions, an int32 scalar (API: tf.rank).

    Args:
        input: a tensor, sparse tensor or value of any type.

    Returns:
        An int32 scalar; a constant where the rank is known.
    """
    with name_scope(name, "Rank", [input]) as scope:
        if is_sparse(input):
            return apply_op("Size", input=input.dense_shape, name=scope)
        tensor = convert_to_tensor(input)
        if tensor.shape.rank is not None:
            return constant(tensor.shape.rank, dtype=dtypes.int32, name=scope)
        return apply_op("Rank", input=tensor, name=scope)


def _vector_of_rank(ctx: Any) -> list[TensorShape]:
    return [TensorShape([ctx.input(0).rank])]


def _shape_kernel(op: Operation) -> Callable[[Any], torch.Tensor]:
    dtype = op.attrs["out_type"].as_torch_dtype
    return lambda x: torch.tensor(x.shape, dtype=dtype)


def _size_kernel(op: Operation) -> Callable[[Any], torch.Tensor]:
    dtype = op.attrs["out_type"].as_torch_dtype
    return lambda x: torch.tensor(x.numel() if isinstance(x, torch.Tensor) else x.size, dtype=dtype)


_ATTRS = f"T: type; out_type: type = int32 in {{{INDEX}}}"
register_op(
    "Shape",
    inputs="input: T",
    outputs="output: out_type",
    attrs=_ATTRS,
    shape=_vector_of_rank,
    kernel=_shape_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "Size",
    inputs="input: T",
    outputs="output: out_type",
    attrs=_ATTRS,
    shape=lambda ctx: [scalar()],
    kernel=_size_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "Rank",
    inputs="input: T",
    outputs="output: int32",
    attrs="T: type",
    shape=lambda ctx: [scalar()],
    kernel=lambda op: lambda x: torch.tensor(x.ndim, dtype=torch.int32),
    gradient=NOT_DIFFERENTIABLE,
)


def shape_n(input: Any, out_type: Any = dtypes.int32, name: str | None = None) -> list[Tensor]:
    """The shapes of several tensors (API: tf.shape_n).

    Args:
        input: a list of at least one tensor, all of one type.
        out_type: int32 or int64.

    Returns:
        For each of them a vector with a size for each dimension.
    """
    return apply_op("ShapeN", input=input, out_type=out_type, name=name)


def _shape_n_kernel(op: Operation) -> Callable[..., tuple[torch.Tensor, ...]]:
    dtype = op.attrs["out_type"].as_torch_dtype
    return lambda *values: tuple(torch.tensor(value.shape, dtype=dtype) for value in values)


register_op(
    "ShapeN",
    inputs="input: N * T",
    outputs="output: N * out_type",
    attrs=f"N: int >= 1; {_ATTRS}",
    shape=lambda ctx: [TensorShape([ctx.input(index).rank]) for index in range(ctx.num_inputs)],
    kernel=_shape_n_kernel,
    gradient=NOT_DIFFERENTIABLE,
)

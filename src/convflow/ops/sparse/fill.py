"""A value for rows that have none (API: tf.sparse_fill_empty_rows)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse
from convflow.ops import rules
from convflow.ops.factories import constant_kernel
from convflow.ops.sparse.parts import check_bounds, check_parts, check_sparse, dense_shape, join, sparse_shapes, take


def sparse_fill_empty_rows(sp_input: Any, default_value: Any, name: str | None = None) -> tuple[SparseTensor, Tensor]:
    """A sparse matrix with `default_value` at [row, 0] of each row without elements (API: tf.sparse_fill_empty_rows).

    Args:
        sp_input: a `SparseTensor`; rows are counted along its first dimension.
        default_value: a scalar of its type.

    Returns:
        the filled matrix, and a bool vector of the rows that were empty.
    """
    sparse = convert_to_sparse(sp_input)
    with name_scope(name, "SparseFillEmptyRows", [sparse]):
        default_value = convert_to_tensor(default_value, dtype=sparse.values.dtype)
        indices, values, was_empty, _ = apply_op(
            "SparseFillEmptyRows",
            indices=sparse.indices,
            values=sparse.values,
            dense_shape=sparse.dense_shape,
            default_value=default_value,
        )
        return SparseTensor(indices, values, sparse.dense_shape), was_empty


def _fill_shape(ctx: InferenceContext) -> list[TensorShape]:
    count, rank = check_parts(ctx, 0)
    rules.with_rank(ctx.input(3), 0, "default_value")
    if rank.value == 0:
        raise ValueError("The sparse tensor of SparseFillEmptyRows must have rank 1 or more, got 0.")
    shape = dense_shape(ctx, 2)
    rows = shape[0] if shape.rank else None
    return [*sparse_shapes(None, rank)[:2], TensorShape([rows]), TensorShape([count])]


def _fill_compute(indices: torch.Tensor, items: Any, shape: torch.Tensor, default: Any) -> tuple[Any, ...]:
    if default.ndim:
        raise ValueError(f"default_value must be a scalar, got shape {list(default.shape)}.")
    check_sparse(indices, items, shape)
    if not shape.shape[0]:
        raise ValueError("Rank 0 has no rows.")
    check_bounds(indices, shape)
    rows = int(shape[0])
    is_empty = torch.bincount(indices[:, 0], minlength=rows) == 0
    empty = is_empty.nonzero()
    added = indices.new_zeros((len(empty), indices.shape[1]))
    added[:, 0] = empty[:, 0]
    order = torch.argsort(torch.cat([indices[:, 0], empty[:, 0]]), stable=True)
    filled = default.expand(len(empty)) if isinstance(default, torch.Tensor) else default.reshape(1).repeat(len(empty))
    positions = torch.empty_like(order)
    positions[order] = torch.arange(len(order))
    return torch.cat([indices, added])[order], take(join([items, filled]), order), is_empty, positions[: len(indices)]


def _fill_gradient(op: Operation, *grads: Tensor | None) -> list[Any]:
    values_grad = grads[1]
    if values_grad is None:
        return [None] * 4
    of_values, of_default = apply_op(
        "SparseFillEmptyRowsGrad", reverse_index_map=op.outputs[3], grad_values=values_grad
    )
    return [None, of_values, None, of_default]


register_op(
    "SparseFillEmptyRows",
    inputs="indices: int64; values: T; dense_shape: int64; default_value: T",
    outputs="output_indices: int64; output_values: T; empty_row_indicator: bool; reverse_index_map: int64",
    attrs="T: type",
    shape=_fill_shape,
    kernel=constant_kernel(_fill_compute),
    gradient=_fill_gradient,
)


def _fill_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 1, "grad_values")
    return [rules.with_rank(ctx.input(0), 1, "reverse_index_map"), TensorShape([])]


def _fill_grad_compute(places: torch.Tensor, grad: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    rest = torch.ones(len(grad), dtype=torch.bool)
    rest[places] = False
    return grad[places], grad[rest].sum(dtype=grad.dtype)


register_op(
    "SparseFillEmptyRowsGrad",
    inputs="reverse_index_map: int64; grad_values: T",
    outputs="d_values: T; d_default_value: T",
    attrs="T: type",
    shape=_fill_grad_shape,
    kernel=constant_kernel(_fill_grad_compute),
    gradient=NO_GRADIENT,
)

"""Between sparse and dense tensors (API: tf.sparse_to_dense, tf.sparse_tensor_to_dense, tf.sparse.from_dense)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse
from convflow.ops import operators, rules  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import fill, zeros, zeros_like
from convflow.ops.array.gather_nd import gather_nd
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import getitem
from convflow.ops.math.comparison import not_equal
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where_v2
from convflow.ops.sparse.merge import merged
from convflow.ops.sparse.parts import check_bounds, check_order
from convflow.ops.types import INDEX


def sparse_to_dense(
    sparse_indices: Any,
    output_shape: Any,
    sparse_values: Any,
    default_value: Any = 0,
    validate_indices: bool = True,
    name: str | None = None,
) -> Tensor:
    """A dense tensor with `sparse_values` at `sparse_indices` (API: tf.sparse_to_dense).

    Args:
        sparse_indices: int32 or int64: shape (N, rank); (N,) for a vector; a scalar for a single place.
        output_shape: sizes of the result, of the type of the indices.
        sparse_values: shape (N,), or a scalar for all places.
        default_value: what stands elsewhere, a scalar.
        validate_indices: whether to refuse indices out of order or repeated.

    Raises:
        InvalidArgumentError: indices outside of the shape, or out of order, when run.
    """
    return apply_op(
        "SparseToDense",
        sparse_indices=sparse_indices,
        output_shape=output_shape,
        sparse_values=sparse_values,
        default_value=default_value,
        validate_indices=validate_indices,
        name=name,
    )


def sparse_tensor_to_dense(
    sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """A sparse tensor as a dense one (API: tf.sparse_tensor_to_dense).

    Args:
        sp_input: a `SparseTensor` with its indices in order.
        default_value: what stands elsewhere, a scalar; zero, False or the empty string by default.
        validate_indices: whether to refuse indices out of order or repeated.

    Raises:
        TypeError: `sp_input` is not sparse.
    """
    sparse = convert_to_sparse(sp_input)
    if default_value is None:
        default_value = zeros([], dtype=sparse.dtype)
    return sparse_to_dense(
        sparse.indices, sparse.dense_shape, sparse.values, default_value, validate_indices, name=name
    )


def sparse_to_indicator(sp_input: Any, vocab_size: Any, name: str | None = None) -> Tensor:
    """Where the ids along the last dimension occur (API: tf.sparse_to_indicator).

    Args:
        sp_input: a `SparseTensor` of int32 or int64 ids.
        vocab_size: how many ids there are.

    Returns:
        bool, the shape of `sp_input` with `vocab_size` for the last size: True at [..., id].
    """
    sparse = convert_to_sparse(sp_input)
    with name_scope(name, "SparseToIndicator", [sparse]) as scope:
        count = getitem(shape_of(sparse.indices), 0)
        truths = fill(expand_dims(count, 0), True)
        marks = SparseTensor(sparse.indices, truths, sparse.dense_shape)
        placed = merged(sparse, marks, vocab_size, scope)
        return sparse_tensor_to_dense(placed, default_value=False, validate_indices=False, name=scope)


def from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """The elements that are not zero, as a sparse tensor (API: tf.sparse.from_dense)."""
    with name_scope(name, "dense_to_sparse"):
        tensor = convert_to_tensor(tensor)
        indices = where_v2(not_equal(tensor, zeros_like(tensor)))
        values = gather_nd(tensor, indices)
        return SparseTensor(indices, values, shape_of(tensor, out_type=dtypes.int64))


def _to_dense_shape(ctx: InferenceContext) -> list[TensorShape]:
    indices, sizes, items = ctx.input(0), rules.with_rank(ctx.input(1), 1, "output_shape"), ctx.input(2)
    rules.with_rank(ctx.input(3), 0, "default_value")
    if indices.rank is not None and indices.rank > 2:
        raise ValueError(
            f"sparse_indices must be a scalar, vector or matrix, got shape {indices}: one row per value, "
            "one column per dimension."
        )
    if items.rank is not None and items.rank > 1:
        raise ValueError(f"sparse_values must be a scalar or a vector, got shape {items}.")
    if indices.rank in (1, 2) and items.rank == 1:
        rules.merge_dimension(
            indices[0], items[0], f"one value per row of indices, got sparse_indices {indices}, sparse_values {items}"
        )
    if indices.rank == 2:
        rules.merge_dimension(
            indices[1], sizes[0], f"one column of indices per size, got sparse_indices {indices}, output_shape {sizes}"
        )
    return [ctx.constant_shape(1)]


def _to_dense_kernel(op: Operation) -> Callable[..., Any]:
    validate = op.attrs["validate_indices"]

    def compute(indices: torch.Tensor, sizes: torch.Tensor, items: Any, default: Any) -> Any:
        sizes = sizes.to(torch.int64)
        places = _as_matrix(indices.to(torch.int64), sizes.shape[0])
        if items.ndim > 1 or (items.ndim == 1 and items.shape[0] != places.shape[0]) or default.ndim:
            raise ValueError(f"sparse_values of shape {list(items.shape)} do not fit {places.shape[0]} indices.")
        if validate:
            check_order(places, sizes)
        else:
            check_bounds(places, sizes)
        if isinstance(items, torch.Tensor):
            dense: Any = default.expand(sizes.tolist()).clone()
            dense[tuple(places.unbind(1))] = items
            return dense
        dense = np.full(sizes.tolist(), default.item(), dtype=object)
        dense[tuple(places.numpy().T)] = items
        return dense

    return compute


def _as_matrix(indices: torch.Tensor, rank: int) -> torch.Tensor:
    if indices.ndim == 0:
        indices = indices.reshape(1, 1)
    if indices.ndim == 1:
        indices = indices.reshape(-1, 1)
    if indices.ndim != 2 or indices.shape[1] != rank:
        raise ValueError(f"sparse_indices of shape {list(indices.shape)} do not fit rank {rank}.")
    return indices


def _to_dense_gradient(op: Operation, grad: Tensor) -> list[Any]:
    indices = op.inputs[0]
    values_grad = gather_nd(grad, indices)
    return [None, None, values_grad, reduce_sum(grad) - reduce_sum(values_grad)]


register_op(
    "SparseToDense",
    inputs="sparse_indices: Tindices; output_shape: Tindices; sparse_values: T; default_value: T",
    outputs="dense: T",
    attrs=f"validate_indices: bool = true; T: type; Tindices: type in {{{INDEX}}}",
    shape=_to_dense_shape,
    kernel=_to_dense_kernel,
    gradient=_to_dense_gradient,
)

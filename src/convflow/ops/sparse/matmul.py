"""A sparse matrix times a dense one (API: tf.sparse_tensor_dense_matmul)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import Dimension, TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse, is_sparse
from convflow.ops import operators, rules  # noqa: F401  (tensors get their operators)
from convflow.ops.array.gather import gather
from convflow.ops.array.strided_slice import getitem
from convflow.ops.array.transpose import transpose
from convflow.ops.math.complex import conj
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.sparse.parts import check_bounds, check_parts, check_sparse
from convflow.ops.types import INDEX


def sparse_tensor_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Tensor:
    """The product of a sparse and a dense matrix, in either order (API: tf.sparse_tensor_dense_matmul).

    Args:
        sp_a: a `SparseTensor` of rank 2 (or a dense matrix, if `b` is sparse).
        b: a dense matrix of the same type.
        adjoint_a, adjoint_b: use the conjugate transpose of that one.

    Raises:
        ValueError: sizes that do not go together.
        InvalidArgumentError: indices outside of the matrix, when run.
    """
    if is_sparse(b):
        turned = sparse_tensor_dense_matmul(b, sp_a, adjoint_a=not adjoint_b, adjoint_b=not adjoint_a)
        return transpose(turned)
    sparse = convert_to_sparse(sp_a)
    with name_scope(name, "SparseTensorDenseMatMul", [sparse.indices, sparse.values, b]):
        b = convert_to_tensor(b, name="b")
        return apply_op(
            "SparseTensorDenseMatMul",
            a_indices=sparse.indices,
            a_values=sparse.values,
            a_shape=sparse.dense_shape,
            b=b,
            adjoint_a=adjoint_a,
            adjoint_b=adjoint_b,
        )


def _matmul_shape(ctx: InferenceContext) -> list[TensorShape]:
    check_parts(ctx, 0, "a")
    rules.with_rank(ctx.input(0), 2, "a_indices")
    a = rules.with_rank(ctx.constant_shape(2), 2, "a")
    b = rules.with_rank(ctx.input(3), 2, "b")
    rows, inner = _turned(a, ctx.attr("adjoint_a"))
    own, columns = _turned(b, ctx.attr("adjoint_b"))
    rules.merge_dimension(inner, own, f"the inner sizes of the matrices a {a} and b {b}")
    return [TensorShape([rows, columns])]


def _turned(shape: TensorShape, adjoint: bool) -> tuple[Dimension, Dimension]:
    return (shape[1], shape[0]) if adjoint else (shape[0], shape[1])


def _matmul_kernel(op: Operation) -> Callable[..., Any]:
    adjoint_a, adjoint_b = op.attrs["adjoint_a"], op.attrs["adjoint_b"]

    def compute(indices: torch.Tensor, items: torch.Tensor, shape: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        check_sparse(indices, items, shape)
        if shape.shape[0] != 2 or b.ndim != 2:
            raise ValueError(f"Need matrices, got ranks {shape.shape[0]} and {b.ndim}.")
        check_bounds(indices, shape)
        rows, columns = indices.long().unbind(1)
        sizes = shape.tolist()
        if adjoint_a:
            rows, columns, sizes, items = columns, rows, sizes[::-1], items.conj()
        b = b.mH if adjoint_b else b
        if b.shape[0] != sizes[1]:
            raise ValueError(f"The inner sizes differ: {sizes[1]} and {b.shape[0]}.")
        result = b.new_zeros((sizes[0], b.shape[1]))
        return result.index_add(0, rows, items[:, None] * b[columns])

    return compute


def _matmul_gradient(op: Operation, grad: Tensor) -> list[Any]:
    indices, items, shape, b = op.inputs
    adjoint_a, adjoint_b = op.attrs["adjoint_a"], op.attrs["adjoint_b"]
    a = SparseTensor(indices, items, shape)
    b_grad = sparse_tensor_dense_matmul(a, grad, adjoint_a=not adjoint_a)
    if adjoint_b:
        b_grad = conj(transpose(b_grad))
    rows, columns = getitem(indices, (slice(None), 0)), getitem(indices, (slice(None), 1))
    # d a[i, j] = sum over k of grad[i, k] conj(b[j, k]), only where a has elements.
    rows_of_grad = gather(grad, columns if adjoint_a else rows)
    other = transpose(b) if adjoint_b else conj(b)
    rows_of_b = gather(other, rows if adjoint_a else columns)
    items_grad = reduce_sum(rows_of_grad * rows_of_b, axis=1)
    return [None, conj(items_grad) if adjoint_a else items_grad, None, b_grad]


register_op(
    "SparseTensorDenseMatMul",
    inputs="a_indices: Tindices; a_values: T; a_shape: int64; b: T",
    outputs="product: T",
    attrs=(f"T: type; Tindices: type = int64 in {{{INDEX}}}; adjoint_a: bool = false; adjoint_b: bool = false"),
    shape=_matmul_shape,
    kernel=_matmul_kernel,
    gradient=_matmul_gradient,
)

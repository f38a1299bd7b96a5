"""The same elements in other places (API: tf.sparse_reorder, tf.sparse_reshape, tf.sparse_transpose ...)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse
from convflow.graph.static_value import constant_value, constant_value_as_shape
from convflow.ops import operators, rules  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import constant
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import identity
from convflow.ops.array.sequence import range as sequence
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import getitem
from convflow.ops.array.transpose import invert_permutation, transpose
from convflow.ops.factories import constant_kernel
from convflow.ops.math.cast import cast
from convflow.ops.sparse.parts import (
    check_bounds,
    check_parts,
    check_sparse,
    invalid,
    linear,
    take,
    unlinear,
)


def sparse_reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The elements of a sparse tensor in row-major order, as most functions want them (API: tf.sparse_reorder).

    Args:
        sp_input: a `SparseTensor` of any type.

    Returns:
        A `SparseTensor` of the same shape.

    Raises:
        TypeError: it is not sparse.
    """
    sparse = convert_to_sparse(sp_input)
    indices, values = apply_op(
        "SparseReorder",
        input_indices=sparse.indices,
        input_values=sparse.values,
        input_shape=sparse.dense_shape,
        name=name,
    )
    known = sparse.shape
    if known.is_fully_defined():
        return SparseTensor(indices, values, known.as_list())
    return SparseTensor(indices, values, identity(sparse.dense_shape))


def _reorder_shape(ctx: InferenceContext) -> list[TensorShape]:
    check_parts(ctx, 0, "input")
    # What one part says of another is left out, as in TensorFlow.
    return [rules.with_rank(ctx.input(0), 2, "input_indices"), rules.with_rank(ctx.input(1), 1, "input_values")]


def _reorder_compute(indices: torch.Tensor, items: Any, shape: torch.Tensor) -> tuple[torch.Tensor, Any]:
    check_sparse(indices, items, shape)
    # By columns, not by places: indices outside of the shape are left to who uses them, as in TensorFlow.
    columns = indices.numpy().T[::-1]
    order = torch.from_numpy(np.lexsort(columns)) if len(columns) else torch.arange(indices.shape[0])
    return indices[order], take(items, order)


def _reorder_gradient(op: Operation, indices_grad: Any, values_grad: Tensor | None) -> list[Any]:
    if values_grad is None:
        return [None, None, None]
    indices, shape = op.inputs[0], op.inputs[2]
    places = sequence(getitem(shape_of(indices), 0))
    ordered = sparse_reorder(SparseTensor(indices, places, shape))
    return [None, gather(values_grad, invert_permutation(ordered.values)), None]


register_op(
    "SparseReorder",
    inputs="input_indices: int64; input_values: T; input_shape: int64",
    outputs="output_indices: int64; output_values: T",
    attrs="T: type",
    shape=_reorder_shape,
    kernel=constant_kernel(_reorder_compute),
    gradient=_reorder_gradient,
)


def sparse_reshape(sp_input: Any, shape: Any, name: str | None = None) -> SparseTensor:
    """The elements of a sparse tensor, read row by row, in another dense shape (API: tf.sparse_reshape).

    Args:
        sp_input: a `SparseTensor` with its indices in order.
        shape: the new sizes; one of them may be -1.

    Raises:
        ValueError: the numbers of elements are known to differ.
        InvalidArgumentError: the same found out in a run.
    """
    sparse = convert_to_sparse(sp_input)
    sizes = cast(shape, dtypes.int64)
    with name_scope(name, "SparseReshape", [sparse]) as scope:
        indices, new_shape = apply_op(
            "SparseReshape",
            input_indices=sparse.indices,
            input_shape=sparse.dense_shape,
            new_shape=sizes,
            name=scope,
        )
        known = constant_value(sizes)
        if known is not None:
            _check_minus_ones(known.tolist())
        wanted, count = constant_value_as_shape(sizes), sparse.shape.num_elements()
        if wanted.rank is not None and count is not None:
            partial = [-1 if size is None else size for size in wanted.as_list()]
            if partial.count(-1) <= 1:
                new_shape = constant(_filled_in(count, partial), dtype=dtypes.int64)
        return SparseTensor(indices, identity(sparse.values), new_shape)


def _check_minus_ones(sizes: list[int]) -> None:
    if sizes.count(-1) > 1:
        raise ValueError(f"At most one dimension can be inferred (-1). Found: {sizes}")


def _filled_in(count: int, sizes: list[int]) -> list[int]:
    """`sizes` with the number that stands for -1; ValueError where no such number gives `count` elements."""
    _check_minus_ones(sizes)
    known = int(np.prod([size for size in sizes if size != -1], dtype=np.int64))
    if -1 in sizes and known > 0 and count % known == 0:
        return [count // known if size == -1 else size for size in sizes]
    if -1 in sizes and known == 0 and count == 0:
        return [0 if size == -1 else size for size in sizes]
    if -1 in sizes or known != count:
        raise ValueError(
            f"Cannot reshape a tensor with {count} elements to shape {sizes} ({known} elements"
            f"{' without the -1' if -1 in sizes else ''}). The product of the sizes must be {count}."
        )
    return sizes


def _reshape_shape(ctx: InferenceContext) -> list[TensorShape]:
    indices = rules.with_rank(ctx.input(0), 2, "input_indices")
    old = rules.with_rank(ctx.input(1), 1, "input_shape")
    new = rules.with_rank(ctx.input(2), 1, "new_shape")
    rules.merge_dimension(
        indices[1], old[0], f"one column of indices per size, got input_indices {indices}, input_shape {old}"
    )
    return [TensorShape([indices[0], new[0]]), new]


def _reshape_compute(indices: torch.Tensor, old: torch.Tensor, new: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if indices.ndim != 2 or old.ndim != 1 or new.ndim != 1 or indices.shape[1] != old.shape[0]:
        raise ValueError(f"Indices {list(indices.shape)} do not fit a shape of {list(old.shape)}.")
    try:
        sizes = torch.tensor(_filled_in(int(torch.prod(old)), new.tolist()), dtype=torch.int64)
    except ValueError as error:
        raise invalid(str(error)) from None
    check_bounds(indices, old)
    return unlinear(linear(indices, old), sizes), sizes


register_op(
    "SparseReshape",
    inputs="input_indices: int64; input_shape: int64; new_shape: int64",
    outputs="output_indices: int64; output_shape: int64",
    shape=_reshape_shape,
    kernel=constant_kernel(_reshape_compute),
    gradient=NO_GRADIENT,
)


def sparse_transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """A sparse tensor with its dimensions in another order, reversed by default (API: tf.sparse_transpose).

    Args:
        perm: which dimension of the input each dimension of the result is.
    """
    with name_scope(name, "SparseTranspose", [sp_input]):
        sparse = convert_to_sparse(sp_input)
        if perm is None:
            perm = _reversed_order(sparse)
        columns = transpose(sparse.indices)
        indices = transpose(gather(columns, perm))
        order = constant_value(convert_to_tensor(perm))
        known = sparse.shape
        if order is not None and known.is_fully_defined():
            sizes = known.as_list()
            shape: Any = [sizes[axis] for axis in order.tolist()]
        else:
            shape = gather(sparse.dense_shape, perm)
        return sparse_reorder(SparseTensor(indices, sparse.values, shape))


def _reversed_order(sparse: SparseTensor) -> Any:
    rank = sparse.shape.rank
    if rank is not None:
        return (rank - 1) - np.arange(0, rank, 1)
    number: Any = rank_of(sparse)
    return (number - 1) - sequence(0, number, 1)

"""Sums and products with sparse tensors (API: tf.sparse_add, tf.sparse_maximum, SparseTensor's operators)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse, is_sparse
from convflow.ops import operators, rules  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones, zeros_like
from convflow.ops.array.gather_nd import gather_nd
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size
from convflow.ops.array.slice import slice_
from convflow.ops.factories import constant_kernel
from convflow.ops.math.arithmetic import floordiv
from convflow.ops.sparse.parts import (
    check_bounds,
    check_parts,
    check_sparse,
    invalid,
    linear,
    sparse_shapes,
    unlinear,
)
from convflow.ops.types import INDEX, NUMBER, REAL
from convflow.ops.window import either


def sparse_add(a: Any, b: Any, threshold: Any = None, thresh: Any = None) -> Any:
    """The sum of two tensors, at least one of them sparse (API: tf.sparse_add).

    Args:
        a, b: of one type and shape; sparse ones with their indices in order.
        threshold: sums of smaller magnitude are left out where both are sparse; 0 by default.
        thresh: the old name of `threshold`.

    Returns:
        a `SparseTensor` if both are sparse, else a tensor.

    Raises:
        TypeError: none is sparse.
    """
    threshold = either("threshold", threshold, "thresh", thresh)
    threshold = 0 if threshold is None else threshold
    if not is_sparse(a) and not is_sparse(b):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if is_sparse(a) and is_sparse(b):
        return _add_sparse(convert_to_sparse(a), convert_to_sparse(b), threshold)
    sparse, dense = (a, b) if is_sparse(a) else (b, a)
    sparse = convert_to_sparse(sparse)
    return apply_op(
        "SparseTensorDenseAdd", a_indices=sparse.indices, a_values=sparse.values, a_shape=sparse.dense_shape, b=dense
    )


def _add_sparse(a: SparseTensor, b: SparseTensor, threshold: Any) -> SparseTensor:
    threshold = convert_to_tensor(threshold, dtype=a.values.dtype.real_dtype.base_dtype, name="threshold")
    indices, values, shape = apply_op("SparseAdd", **_pair(a, b), thresh=threshold)
    if a.shape.is_compatible_with(b.shape) and a.shape.merge_with(b.shape).is_fully_defined():
        shape = a.shape.merge_with(b.shape).as_list()
    return SparseTensor(indices, values, shape)


def _pair(a: SparseTensor, b: SparseTensor) -> dict[str, Any]:
    return {
        "a_indices": a.indices,
        "a_values": a.values,
        "a_shape": a.dense_shape,
        "b_indices": b.indices,
        "b_values": b.values,
        "b_shape": b.dense_shape,
    }


_PAIR = "a_indices: int64; a_values: T; a_shape: int64; b_indices: int64; b_values: T; b_shape: int64"


def _pair_rank(ctx: InferenceContext) -> Any:
    first, second = check_parts(ctx, 0, "a")[1], check_parts(ctx, 3, "b")[1]
    rank = rules.merge_dimension(first, second, "a and b need the same rank")
    shape, other = ctx.constant(2), ctx.constant(5)
    if shape is not None and other is not None and shape.tolist() != other.tolist():
        raise ValueError(f"a and b must have the same shape, got {shape.tolist()} and {other.tolist()}.")
    return rank


def _add_shape(ctx: InferenceContext) -> list[TensorShape]:
    rank = _pair_rank(ctx)
    rules.with_rank(ctx.input(6), 0, "thresh")
    return sparse_shapes(None, rank)


def _united(a_places: torch.Tensor, b_places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """All places, sorted, and where among them those of a and of b are."""
    places, inverse = torch.unique(torch.cat([a_places, b_places]), return_inverse=True)
    return places, inverse[: len(a_places)], inverse[len(a_places) :]


def _check_pair(parts: tuple[Any, ...]) -> None:
    check_sparse(*parts[:3])
    check_sparse(*parts[3:6])
    if parts[2].tolist() != parts[5].tolist():
        raise invalid(f"a and b must have the same shape, got {parts[2].tolist()} and {parts[5].tolist()}.")
    check_bounds(parts[0], parts[2])
    check_bounds(parts[3], parts[5])


def _add_compute(*parts: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    _check_pair(parts)
    a_indices, a_values, shape, b_indices, b_values, _, threshold = parts
    places, of_a, of_b = _united(linear(a_indices, shape), linear(b_indices, shape))
    sums = a_values.new_zeros(len(places))
    sums = sums.index_add(0, of_a, a_values).index_add(0, of_b, b_values)
    kept = sums.abs() >= threshold
    return unlinear(places[kept], shape), sums[kept], shape


def _add_gradient(op: Operation, indices_grad: Any, values_grad: Tensor | None, shape_grad: Any) -> list[Any]:
    if values_grad is None:
        return [None] * 7
    of_a, of_b = apply_op(
        "SparseAddGrad",
        backprop_val_grad=values_grad,
        a_indices=op.inputs[0],
        b_indices=op.inputs[3],
        sum_indices=op.outputs[0],
    )
    of_a.set_shape(op.inputs[1].shape)
    of_b.set_shape(op.inputs[4].shape)
    return [None, of_a, None, None, of_b, None, None]


register_op(
    "SparseAdd",
    inputs=f"{_PAIR}; thresh: Treal",
    outputs="sum_indices: int64; sum_values: T; sum_shape: int64",
    attrs=f"T: type in {{{NUMBER}}}; Treal: type in {{{REAL}}}",
    shape=_add_shape,
    kernel=constant_kernel(_add_compute),
    gradient=_add_gradient,
)


def _add_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [
        TensorShape([rules.with_rank(ctx.input(index), 2, what)[0]])
        for index, what in ((1, "a_indices"), (2, "b_indices"))
    ]


def _add_grad_compute(
    grad: torch.Tensor, a_indices: torch.Tensor, b_indices: torch.Tensor, sum_indices: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    places = {tuple(row): place for place, row in enumerate(sum_indices.tolist())}

    def of(indices: torch.Tensor) -> torch.Tensor:
        found = [places.get(tuple(row), -1) for row in indices.tolist()]
        chosen = torch.tensor(found, dtype=torch.int64)
        # A sum below the threshold was left out: its terms have no gradient.
        padded = torch.cat([grad, grad.new_zeros(1)])
        return padded[chosen]

    return of(a_indices), of(b_indices)


register_op(
    "SparseAddGrad",
    inputs="backprop_val_grad: T; a_indices: int64; b_indices: int64; sum_indices: int64",
    outputs="a_val_grad: T; b_val_grad: T",
    attrs=f"T: type in {{{NUMBER}}}",
    shape=_add_grad_shape,
    kernel=constant_kernel(_add_grad_compute),
    gradient=NOT_DIFFERENTIABLE,
)


def _dense_add_shape(ctx: InferenceContext) -> list[TensorShape]:
    rank = check_parts(ctx, 0, "a")[1].value
    dense = ctx.input(3)
    if rank is not None:
        rules.with_rank(dense, rank, "b")
    sizes = ctx.constant(2)
    if sizes is not None and not dense.is_compatible_with(sizes.tolist()):
        raise ValueError(f"a and b must have the same shape, got {sizes.tolist()} and {dense}.")
    return [dense]


def _dense_add_compute(
    indices: torch.Tensor, items: torch.Tensor, shape: torch.Tensor, dense: torch.Tensor
) -> torch.Tensor:
    check_sparse(indices, items, shape)
    if list(dense.shape) != shape.tolist():
        raise ValueError(f"a and b must have the same shape, got {shape.tolist()} and {list(dense.shape)}.")
    check_bounds(indices, shape)
    return dense.index_put(tuple(indices.long().unbind(1)), items, accumulate=True)


def _dense_add_gradient(op: Operation, grad: Tensor) -> list[Any]:
    return [None, gather_nd(grad, op.inputs[0]), None, grad]


register_op(
    "SparseTensorDenseAdd",
    inputs="a_indices: Tindices; a_values: T; a_shape: Tindices; b: T",
    outputs="output: T",
    attrs=f"T: type in {{{NUMBER}}}; Tindices: type in {{{INDEX}}}",
    shape=_dense_add_shape,
    kernel=constant_kernel(_dense_add_compute),
    gradient=_dense_add_gradient,
)


def sparse_maximum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The larger of each two elements of sparse tensors of one shape, 0 where none stands (API of that name).

    Args:
        sp_a, sp_b: `SparseTensor`s of real numbers, of one type.

    Returns:
        A `SparseTensor` with an element wherever one of them has one.

    Raises:
        InvalidArgumentError: (when run) shapes that differ.
    """
    return _extreme("SparseSparseMaximum", sp_a, sp_b, name)


def sparse_minimum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The smaller of each two elements of sparse tensors of one shape, 0 where none stands (API of that name).

    Args:
        sp_a, sp_b: `SparseTensor`s of real numbers, of one type.

    Returns:
        A `SparseTensor` with an element wherever one of them has one.

    Raises:
        InvalidArgumentError: (when run) shapes that differ.
    """
    return _extreme("SparseSparseMinimum", sp_a, sp_b, name)


def _extreme(op_type: str, sp_a: Any, sp_b: Any, name: str | None) -> SparseTensor:
    a, b = convert_to_sparse(sp_a), convert_to_sparse(sp_b)
    with name_scope(name, op_type, [a.indices, a.values, b.indices, b.values]) as scope:
        indices, values = apply_op(op_type, **_pair(a, b), name=scope)
        return SparseTensor(indices, values, a.dense_shape)


def _extreme_shape(ctx: InferenceContext) -> list[TensorShape]:
    _pair_rank(ctx)
    return sparse_shapes(None, None)[:2]


def _extreme_kernel(choose: Callable[..., torch.Tensor]) -> Callable[[Operation], Callable[..., Any]]:
    def compute(*parts: Any) -> tuple[torch.Tensor, torch.Tensor]:
        _check_pair(parts)
        a_indices, a_values, shape, b_indices, b_values, _ = parts
        places, of_a, of_b = _united(linear(a_indices, shape), linear(b_indices, shape))
        a, b = (
            items.new_zeros(len(places)).index_put((own,), items) for items, own in ((a_values, of_a), (b_values, of_b))
        )
        return unlinear(places, shape), choose(a, b)

    return constant_kernel(compute)


def _no_extreme_gradient(op: Operation, *grads: Any) -> list[Any]:
    raise NotImplementedError(f"The gradient of {op.describe()} is not defined, in TensorFlow neither.")


for _name, _choose, _types in (
    ("SparseSparseMaximum", torch.maximum, REAL),
    ("SparseSparseMinimum", torch.minimum, NUMBER),
):
    register_op(
        _name,
        inputs=_PAIR,
        outputs="output_indices: int64; output_values: T",
        attrs=f"T: type in {{{_types}}}",
        shape=_extreme_shape,
        kernel=_extreme_kernel(_choose),
        gradient=_no_extreme_gradient,
    )


# A dense operand, stretched to the sparse one's shape.


def _with_dense(op_type: str, sparse: SparseTensor, dense: Any, name: str | None = None) -> Tensor:
    return apply_op(
        op_type,
        sp_indices=sparse.indices,
        sp_values=sparse.values,
        sp_shape=sparse.dense_shape,
        dense=dense,
        name=name,
    )


def sparse_dense_cwise_add(sparse: SparseTensor, dense: Any) -> SparseTensor:
    """The elements of `sparse`, each increased by that of `dense` at its place; the other places stay empty."""
    return SparseTensor(sparse.indices, _with_dense("SparseDenseCwiseAdd", sparse, dense), sparse.dense_shape)


def _with_dense_shape(ctx: InferenceContext) -> list[TensorShape]:
    count, rank = check_parts(ctx, 0, "sp")
    dense = ctx.input(3)
    if rank.value is not None and dense.rank is not None and dense.rank > rank.value:
        raise ValueError(f"dense has rank {dense.rank}, the sparse operand only {rank}: only dense can be stretched.")
    return [TensorShape([count])]


def _stretched(indices: torch.Tensor, shape: torch.Tensor, dense: torch.Tensor) -> torch.Tensor:
    """The elements of `dense`, stretched to `shape`, at the indices."""
    sizes = shape.tolist()[len(shape) - dense.ndim :]
    if dense.ndim > len(shape) or any(own not in (1, size) for own, size in zip(dense.shape, sizes, strict=True)):
        raise invalid(
            f"dense of shape {list(dense.shape)} cannot be stretched to the sparse operand's {shape.tolist()}."
        )
    columns = indices[:, len(shape) - dense.ndim :]
    limits = torch.tensor(dense.shape, dtype=torch.int64) - 1
    places = torch.minimum(columns, limits) if dense.ndim else columns
    return dense[tuple(places.unbind(1))] if dense.ndim else dense.expand(indices.shape[0])


def _with_dense_kernel(combine: Callable[..., torch.Tensor]) -> Callable[[Operation], Callable[..., Any]]:
    def compute(indices: torch.Tensor, items: torch.Tensor, shape: torch.Tensor, dense: torch.Tensor) -> torch.Tensor:
        check_sparse(indices, items, shape)
        check_bounds(indices, shape)
        return combine(items, _stretched(indices, shape, dense))

    return constant_kernel(compute)


def _divide(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if x.is_floating_point() or x.is_complex():
        return x / y
    if (y == 0).any():
        raise invalid("Integer division by zero")
    return torch.div(x, y, rounding_mode="trunc")


def _dense_places(op: Operation) -> tuple[Any, Any]:
    """Where in the dense operand each element's partner stands, and the dense operand's shape."""
    indices, shape, dense = op.inputs[0], op.inputs[2], op.inputs[3]
    dense_sizes = shape_of(dense, out_type=dtypes.int64)
    added = expand_dims(size(shape) - size(dense_sizes), 0)
    sizes = concat([ones(added, dtypes.int64), dense_sizes], 0)
    scaled = floordiv(indices, floordiv(shape, sizes))
    return slice_(scaled, concat([[0], added], 0), [-1, -1]), dense_sizes


def _summed(op: Operation, places: Any, sizes: Any, values: Any) -> Tensor:
    dense = op.inputs[3]
    return reshape(sparse_add(zeros_like(dense), SparseTensor(places, values, sizes)), sizes)


def _multiply_gradient(op: Operation, grad: Any) -> list[Any]:
    places, sizes = _dense_places(op)
    partners = gather_nd(op.inputs[3], places)
    return [None, grad * partners, None, _summed(op, places, sizes, grad * op.inputs[1])]


def _divide_gradient(op: Operation, grad: Any) -> list[Any]:
    places, sizes = _dense_places(op)
    partners: Any = gather_nd(op.inputs[3], places)
    slopes = -op.inputs[1] / (partners * partners)
    return [None, grad / partners, None, _summed(op, places, sizes, grad * slopes)]


def _increase_gradient(op: Operation, grad: Any) -> list[Any]:
    places, sizes = _dense_places(op)
    return [None, grad, None, _summed(op, places, sizes, grad)]


for _name, _combine, _gradient in (
    ("SparseDenseCwiseMul", torch.mul, _multiply_gradient),
    ("SparseDenseCwiseDiv", _divide, _divide_gradient),
    ("SparseDenseCwiseAdd", torch.add, _increase_gradient),
):
    register_op(
        _name,
        inputs="sp_indices: int64; sp_values: T; sp_shape: int64; dense: T",
        outputs="output: T",
        attrs=f"T: type in {{{NUMBER}}}",
        shape=_with_dense_shape,
        kernel=_with_dense_kernel(_combine),
        gradient=_gradient,
    )


def _operator(scope_name: str, op_type: str) -> Callable[[SparseTensor, Any], SparseTensor]:
    def operator(sp_x: SparseTensor, y: Any) -> SparseTensor:
        with name_scope(None, scope_name, [sp_x, y]) as scope:
            y = convert_to_tensor(y, dtype=sp_x.dtype.base_dtype, name="y")
            return SparseTensor(sp_x.indices, _with_dense(op_type, sp_x, y, scope), sp_x.dense_shape)

    return operator


for _method, _scope, _name in (
    ("__mul__", "mul", "SparseDenseCwiseMul"),
    ("__rmul__", "mul", "SparseDenseCwiseMul"),
    ("__truediv__", "truediv", "SparseDenseCwiseDiv"),
    ("__div__", "div", "SparseDenseCwiseDiv"),
):
    setattr(SparseTensor, _method, _operator(_scope, _name))

"""Sums, maxima and softmax of sparse tensors (API: tf.sparse_reduce_sum, tf.sparse_softmax ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse
from convflow.ops import operators, rules  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import constant
from convflow.ops.array.gather_nd import gather_nd
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as sequence
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.stitch import reduced_shape
from convflow.ops.factories import constant_kernel
from convflow.ops.math.arithmetic import floordiv
from convflow.ops.math.cast import to_int64
from convflow.ops.sparse.arithmetic import sparse_dense_cwise_add
from convflow.ops.sparse.parts import check_bounds, check_parts, check_sparse, invalid, linear, unlinear
from convflow.ops.types import NUMBER, REAL


def _reduction(op_type: str, what: str, gives_sparse: bool) -> Any:
    def reduction(
        sp_input: Any,
        axis: Any = None,
        keepdims: bool | None = None,
        reduction_axes: Any = None,
        keep_dims: bool | None = None,
    ) -> Any:
        if axis is not None and reduction_axes is not None:
            raise ValueError("Cannot specify both 'reduction_axes' and 'axis'.")
        if keepdims is not None and keep_dims is not None:
            raise ValueError("Cannot specify both 'keep_dims' and 'keepdims'.")
        axes = reduction_axes if axis is None else axis
        parts = apply_op(
            op_type,
            input_indices=sp_input.indices,
            input_values=sp_input.values,
            input_shape=sp_input.dense_shape,
            reduction_axes=_all_axes(sp_input) if axes is None else axes,
            keep_dims=bool(keep_dims if keepdims is None else keepdims),
        )
        return SparseTensor(*parts) if gives_sparse else parts

    function = "sparse_reduce_" + ("sum" if "Sum" in op_type else "max") + ("_sparse" if gives_sparse else "")
    reduction.__name__ = reduction.__qualname__ = function
    reduction.__doc__ = f"""{what} along axes of a sparse tensor (API: tf.{function}).

    Args:
        sp_input: a `SparseTensor`.
        axis: an axis or a list of axes, negative ones counted from the end; None reduces all.
        keepdims: keep the reduced axes with size 1.
        reduction_axes, keep_dims: the former names of `axis` and `keepdims`.

    Raises:
        ValueError: one argument given under both its names.
        InvalidArgumentError: an axis outside of the rank, when run.
    """
    return reduction


def _all_axes(sp_input: Any) -> Tensor:
    if isinstance(sp_input, SparseTensor):
        rank = sp_input.dense_shape.shape.num_elements()
        if rank is not None:
            return constant(list(range(rank)), dtype="int32")
    return sequence(0, rank_of(sp_input))


sparse_reduce_sum = _reduction("SparseReduceSum", "Sums, dense,", False)
sparse_reduce_max = _reduction("SparseReduceMax", "Maxima, dense, 0 where no element stands,", False)
sparse_reduce_sum_sparse = _reduction("SparseReduceSumSparse", "Sums, sparse,", True)
sparse_reduce_max_sparse = _reduction("SparseReduceMaxSparse", "Maxima, sparse,", True)


def _reduced_sizes(sizes: list[int], axes: list[int], keep: bool) -> list[int]:
    reduced = {_axis(axis, len(sizes)) for axis in axes}
    if keep:
        return [1 if axis in reduced else size for axis, size in enumerate(sizes)]
    return [size for axis, size in enumerate(sizes) if axis not in reduced]


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ValueError(f"Invalid reduction dimension {axis}, for input with {rank} dimensions.")
    return axis % rank


def _reduce_shape(ctx: InferenceContext) -> list[TensorShape]:
    check_parts(ctx, 0, "input")
    _check_axes(ctx)
    sizes, axes = ctx.constant(2), ctx.constant(3)
    if sizes is None or axes is None:
        return [unknown_shape()]
    return [TensorShape(_reduced_sizes(sizes.tolist(), axes.reshape(-1).tolist(), ctx.attr("keep_dims")))]


def _check_axes(ctx: InferenceContext) -> None:
    axes = ctx.input(3)
    if axes.rank is not None and axes.rank > 1:
        raise ValueError(f"reduction_axes must be a scalar or a vector, got shape {axes}.")


def _reduce_sparse_shape(ctx: InferenceContext) -> list[TensorShape]:
    check_parts(ctx, 0, "input")
    _check_axes(ctx)
    return [unknown_shape(), unknown_shape(), unknown_shape()]


def _grouped(
    indices: torch.Tensor, items: torch.Tensor, shape: torch.Tensor, axes: torch.Tensor, keep: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """The place of each element in the result, row by row, and the result's shape."""
    check_sparse(indices, items, shape)
    check_bounds(indices, shape)
    sizes = shape.tolist()
    try:
        kept = torch.tensor(_reduced_sizes(sizes, axes.reshape(-1).tolist(), keep), dtype=torch.int64)
        reduced = {_axis(axis, len(sizes)) for axis in axes.reshape(-1).tolist()}
    except ValueError as error:
        raise invalid(str(error)) from None
    if keep:
        places = indices.clone()
        places[:, sorted(reduced)] = 0
    else:
        places = indices[:, [axis for axis in range(len(sizes)) if axis not in reduced]]
    if not kept.numel():
        return indices.new_zeros(indices.shape[0]), kept
    return linear(places, kept), kept


def _sums(items: torch.Tensor, groups: torch.Tensor, number: int) -> torch.Tensor:
    return items.new_zeros(number).index_add(0, groups, items)


def _maxima(items: torch.Tensor, groups: torch.Tensor, number: int) -> torch.Tensor:
    return items.new_zeros(number).scatter_reduce(0, groups, items, "amax", include_self=False)


def _dense_kernel(combine: Callable[..., torch.Tensor]) -> Callable[[Operation], Callable[..., Any]]:
    def make(op: Operation) -> Callable[..., Any]:
        keep = op.attrs["keep_dims"]

        def compute(indices: torch.Tensor, items: torch.Tensor, shape: torch.Tensor, axes: torch.Tensor) -> Any:
            groups, sizes = _grouped(indices, items, shape, axes, keep)
            number = int(torch.prod(sizes)) if sizes.numel() else 1
            return combine(items, groups, number).reshape(sizes.tolist())

        return compute

    return make


def _sparse_kernel(combine: Callable[..., torch.Tensor]) -> Callable[[Operation], Callable[..., Any]]:
    def make(op: Operation) -> Callable[..., Any]:
        keep = op.attrs["keep_dims"]

        def compute(indices: torch.Tensor, items: torch.Tensor, shape: torch.Tensor, axes: torch.Tensor) -> Any:
            groups, sizes = _grouped(indices, items, shape, axes, keep)
            found, inverse = torch.unique(groups, return_inverse=True)
            values = combine(items, inverse, len(found))
            places = unlinear(found, sizes) if sizes.numel() else found.new_zeros((len(found), 0))
            return places, values, sizes

        return compute

    return make


def _sum_gradient(op: Operation, grad: Tensor) -> list[Any]:
    indices, shape, axes = op.inputs[0], op.inputs[2], op.inputs[3]
    kept = reduced_shape(shape, axes)
    spread = reshape(grad, kept)
    scale = floordiv(shape, to_int64(kept))
    return [None, gather_nd(spread, floordiv(indices, scale)), None, None]


_INPUTS = "input_indices: int64; input_values: T; input_shape: int64; reduction_axes: int32"
for _name, _combine, _types, _gradient in (
    ("SparseReduceSum", _sums, NUMBER, _sum_gradient),
    ("SparseReduceMax", _maxima, REAL, NO_GRADIENT),
):
    register_op(
        _name,
        inputs=_INPUTS,
        outputs="output: T",
        attrs=f"keep_dims: bool = false; T: type in {{{_types}}}",
        shape=_reduce_shape,
        kernel=_dense_kernel(_combine),
        gradient=_gradient,
    )
    register_op(
        f"{_name}Sparse",
        inputs=_INPUTS,
        outputs="output_indices: int64; output_values: T; output_shape: int64",
        attrs=f"keep_dims: bool = false; T: type in {{{_types}}}",
        shape=_reduce_sparse_shape,
        kernel=_sparse_kernel(_combine),
        gradient=NO_GRADIENT,
    )


def sparse_softmax(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The softmax of the elements along the last dimension, absent ones left out (API: tf.sparse_softmax).

    Args:
        sp_input: a `SparseTensor` of rank 2 or more, a float type.
    """
    sparse = convert_to_sparse(sp_input)
    with name_scope(name, "SparseSoftmax", [sparse.indices, sparse.values]):
        values = apply_op(
            "SparseSoftmax", sp_indices=sparse.indices, sp_values=sparse.values, sp_shape=sparse.dense_shape
        )
        return SparseTensor(sparse.indices, values, sparse.dense_shape)


def _softmax_shape(ctx: InferenceContext) -> list[TensorShape]:
    rank = check_parts(ctx, 0, "sp")[1].value
    if rank is not None and rank < 2:
        raise ValueError(f"The sparse tensor of a softmax must have rank 2 or more, got rank {rank}.")
    return [rules.with_rank(ctx.input(1), 1, "sp_values")]


def _softmax_compute(indices: torch.Tensor, items: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
    check_sparse(indices, items, shape)
    if shape.shape[0] < 2:
        raise ValueError(f"Rank {shape.shape[0]} is below 2.")
    check_bounds(indices, shape)
    found, groups = torch.unique(linear(indices[:, :-1], shape[:-1]), return_inverse=True)
    largest = _maxima(items, groups, len(found))
    powers = torch.exp(items - largest[groups])
    return powers / _sums(powers, groups, len(found))[groups]


def _softmax_gradient(op: Operation, grad: Any) -> list[Any]:
    indices, shape = op.inputs[0], op.inputs[2]
    outputs: Any = op.outputs[0]
    products = SparseTensor(indices, outputs * grad, shape)
    sums = -sparse_reduce_sum(products, [-1], keepdims=True)
    centred = sparse_dense_cwise_add(SparseTensor(indices, grad, shape), sums)
    return [None, centred.values * outputs, None]


register_op(
    "SparseSoftmax",
    inputs="sp_indices: int64; sp_values: T; sp_shape: int64",
    outputs="output: T",
    attrs="T: type in {half, float, double}",
    shape=_softmax_shape,
    kernel=constant_kernel(_softmax_compute),
    gradient=_softmax_gradient,
)

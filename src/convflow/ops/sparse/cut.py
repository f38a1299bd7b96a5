"""Sparse tensors cut and joined (API: tf.sparse_slice, tf.sparse_split, tf.sparse_concat)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse
from convflow.graph.static_value import constant_value
from convflow.ops import operators, rules  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant
from convflow.ops.array.reshape import reshape
from convflow.ops.factories import constant_kernel
from convflow.ops.math.reduce import reduce_max
from convflow.ops.sparse.parts import check_parts, check_sparse, invalid, join, linear, sparse_shapes, take
from convflow.ops.types import NUMBER
from convflow.ops.window import either


def sparse_slice(sp_input: Any, start: Any, size: Any, name: str | None = None) -> SparseTensor:
    """The elements inside a box, counted from its corner (API: tf.sparse_slice).

    Args:
        sp_input: a `SparseTensor`.
        start, size: int64 vectors, the box's first corner and sizes; what reaches beyond the whole is cut off.
    """
    sparse = convert_to_sparse(sp_input)
    start = convert_to_tensor(start, dtypes.int64)
    size = convert_to_tensor(size, dtypes.int64)
    parts = apply_op(
        "SparseSlice",
        indices=sparse.indices,
        values=sparse.values,
        shape=sparse.dense_shape,
        start=start,
        size=size,
        name=name,
    )
    return SparseTensor(*parts)


def _slice_shape(ctx: InferenceContext) -> list[TensorShape]:
    rank = check_parts(ctx, 0)[1]
    for index, what in ((3, "start"), (4, "size")):
        length = rules.with_rank(ctx.input(index), 1, what)[0]
        rules.merge_dimension(length, rank, f"{what} needs one number per dimension")
    return sparse_shapes(None, rank)


def _slice_compute(
    indices: torch.Tensor, items: Any, shape: torch.Tensor, start: torch.Tensor, size: torch.Tensor
) -> tuple[torch.Tensor, Any, torch.Tensor]:
    check_sparse(indices, items, shape)
    if start.shape != shape.shape or size.shape != shape.shape:
        raise ValueError(f"start {list(start.shape)} and size {list(size.shape)} need {shape.shape[0]} numbers.")
    inside = ((indices >= start) & (indices < start + size)).all(1)
    kept = inside.nonzero()[:, 0]
    return indices[kept] - start, take(items, kept), torch.clamp(torch.minimum(size, shape - start), min=0)


def _slice_gradient(op: Operation, *grads: Tensor | None) -> list[Any]:
    values_grad = grads[1]
    if values_grad is None:
        return [None] * 5
    result = apply_op(
        "SparseSliceGrad",
        backprop_val_grad=values_grad,
        input_indices=op.inputs[0],
        input_start=op.inputs[3],
        output_indices=op.outputs[0],
    )
    result.set_shape(op.inputs[1].shape)
    return [None, result, None, None, None]


register_op(
    "SparseSlice",
    inputs="indices: int64; values: T; shape: int64; start: int64; size: int64",
    outputs="output_indices: int64; output_values: T; output_shape: int64",
    attrs="T: type",
    shape=_slice_shape,
    kernel=constant_kernel(_slice_compute),
    gradient=_slice_gradient,
)


def _slice_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 1, "backprop_val_grad")
    return [TensorShape([rules.with_rank(ctx.input(1), 2, "input_indices")[0]])]


def _slice_grad_compute(
    grad: torch.Tensor, indices: torch.Tensor, start: torch.Tensor, output_indices: torch.Tensor
) -> torch.Tensor:
    result = grad.new_zeros(indices.shape[0])
    places = {tuple(row): place for place, row in enumerate((output_indices + start).tolist())}
    for row, index in enumerate(indices.tolist()):
        place = places.get(tuple(index))
        if place is not None:
            result[row] = grad[place]
    return result


register_op(
    "SparseSliceGrad",
    inputs="backprop_val_grad: T; input_indices: int64; input_start: int64; output_indices: int64",
    outputs="val_grad: T",
    attrs=f"T: type in {{{NUMBER}}}",
    shape=_slice_grad_shape,
    kernel=constant_kernel(_slice_grad_compute),
    gradient=NO_GRADIENT,
)


class KeywordRequired:
    """Stands in front of arguments that must be named."""

    def __repr__(self) -> str:
        return "KeywordRequired()"


_KEYWORD_REQUIRED = KeywordRequired()


def sparse_split(
    keyword_required: Any = _KEYWORD_REQUIRED,
    sp_input: Any = None,
    num_split: int | None = None,
    axis: Any = None,
    name: str | None = None,
    split_dim: Any = None,
) -> list[SparseTensor]:
    """A sparse tensor cut into `num_split` ones along `axis` (API: tf.sparse_split). Named arguments only.

    Where the size is no multiple, the first ones are one larger.

    Args:
        split_dim: the old name of `axis`.

    Raises:
        ValueError: an argument missing, or given by position.
    """
    if not isinstance(keyword_required, KeywordRequired):
        raise ValueError("Keyword arguments are required for this function: sparse_split(sp_input=..., ...).")
    axis = either("axis", axis, "split_dim", split_dim)
    for what, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if value is None:
            raise ValueError(f"{what} is required")
    sparse = convert_to_sparse(sp_input)
    indices, values, shapes = apply_op(
        "SparseSplit",
        split_dim=axis,
        indices=sparse.indices,
        values=sparse.values,
        shape=sparse.dense_shape,
        num_split=num_split,
        name=name,
    )
    return [SparseTensor(*parts) for parts in zip(indices, values, shapes, strict=True)]


def _split_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "split_dim")
    rank = check_parts(ctx, 1)[1]
    indices, values, shape = sparse_shapes(None, rank)
    number = ctx.attr("num_split")
    return [indices] * number + [values] * number + [shape] * number


def _split_kernel(op: Operation) -> Callable[..., Any]:
    number = op.attrs["num_split"]

    def compute(split_dim: torch.Tensor, indices: torch.Tensor, items: Any, shape: torch.Tensor) -> Any:
        check_sparse(indices, items, shape)
        axis, rank = int(split_dim), shape.shape[0]
        if not -rank <= axis < rank:
            raise invalid(f"Input split_dim should be between [{-rank}, {rank}), got {axis}.")
        axis %= rank
        size = int(shape[axis])
        if not 1 <= number <= size:
            raise invalid(
                f"Input num_split should be between 1 and the splitting dimension size ({size}), got {number}."
            )
        return _split(indices, items, shape, axis, number)

    return compute


def _split(indices: torch.Tensor, items: Any, shape: torch.Tensor, axis: int, number: int) -> tuple[Any, ...]:
    size, larger = divmod(int(shape[axis]), number)
    parts: list[tuple[Any, Any, Any]] = []
    start = 0
    for part in range(number):
        length = size + (part < larger)
        inside = (indices[:, axis] >= start) & (indices[:, axis] < start + length)
        kept = inside.nonzero()[:, 0]
        places, sizes = indices[kept].clone(), shape.clone()
        places[:, axis] -= start
        sizes[axis] = length
        parts.append((places, take(items, kept), sizes))
        start += length
    return tuple(item for kind in zip(*parts, strict=True) for item in kind)


register_op(
    "SparseSplit",
    inputs="split_dim: int64; indices: int64; values: T; shape: int64",
    outputs="output_indices: num_split * int64; output_values: num_split * T; output_shape: num_split * int64",
    attrs="num_split: int >= 1; T: type",
    shape=_split_shape,
    kernel=_split_kernel,
    gradient=NO_GRADIENT,
)


def sparse_concat(
    axis: int | None,
    sp_inputs: Any,
    name: str | None = None,
    expand_nonconcat_dim: bool = False,
    concat_dim: int | None = None,
    expand_nonconcat_dims: bool | None = None,
) -> SparseTensor:
    """Sparse tensors one after the other along `axis` (API: tf.sparse_concat).

    Args:
        axis: the dimension in which they are joined.
        sp_inputs: a list of `SparseTensor`s with their indices in order.
        expand_nonconcat_dim: whether sizes of the other dimensions may differ; the largest is taken.
        concat_dim, expand_nonconcat_dims: old names of `axis` and `expand_nonconcat_dim`.

    Raises:
        ValueError: an argument given under both names.
        InvalidArgumentError: sizes differ, when run.
    """
    if expand_nonconcat_dims is not None:
        if expand_nonconcat_dim:
            raise ValueError("Cannot specify both 'expand_nonconcat_dim' and 'expand_nonconcat_dims'.")
        expand_nonconcat_dim = expand_nonconcat_dims
    axis = either("axis", axis, "concat_dim", concat_dim)
    if axis is None:
        raise ValueError("axis is required: the dimension in which the sparse tensors are joined.")
    inputs = [convert_to_sparse(item) for item in sp_inputs]
    if len(inputs) == 1:
        return inputs[0]
    shapes = [item.dense_shape for item in inputs]
    if expand_nonconcat_dim:
        shapes = _expanded(shapes, axis)
    indices, values, shape = apply_op(
        "SparseConcat",
        indices=[item.indices for item in inputs],
        values=[item.values for item in inputs],
        shapes=shapes,
        concat_dim=axis,
        name=name,
    )
    known = [constant_value(size) for size in shapes]
    if all(size is not None for size in known):
        sizes = known[0].copy()  # type: ignore[union-attr]  # none is None
        sizes[axis] = sum(size[axis] for size in known if size is not None)
        shape = constant(sizes)
    result = SparseTensor(indices, values, shape)
    result.set_shape(_joined([item.shape for item in inputs], axis, expand_nonconcat_dim))
    return result


def _expanded(shapes: list[Tensor], axis: int) -> list[Tensor]:
    """Shapes as large as the largest in all dimensions but `axis`."""
    largest: Any = reduce_max(concat([reshape(shape, [1, -1]) for shape in shapes], 0), 0)

    def expanded(shape: Any) -> Tensor:
        before = largest[:axis]
        own = shape[-1:] if axis == -1 else shape[axis : axis + 1]
        after: Any = [] if axis == -1 else largest[axis + 1 :]
        return concat([before, own, after], 0)

    return [expanded(shape) for shape in shapes]


def _joined(shapes: list[TensorShape], axis: int, expand: bool) -> TensorShape:
    if any(shape.rank is None for shape in shapes):
        return unknown_shape()
    columns = list(zip(*(shape.as_list() for shape in shapes), strict=True))
    sizes = [_joined_size(column, expand) for column in columns]
    sizes[axis] = None if None in columns[axis] else sum(columns[axis])
    return TensorShape(sizes)


def _joined_size(sizes: tuple[int | None, ...], expand: bool) -> int | None:
    known = [size for size in sizes if size is not None]
    if expand:
        return max(known) if len(known) == len(sizes) else None
    return known[0] if known else None


def _concat_shape(ctx: InferenceContext) -> list[TensorShape]:
    number = ctx.num_inputs // 3
    count: Any = 0
    rank: Any = None
    for index in range(number):
        indices = rules.with_rank(ctx.input(index), 2, f"indices[{index}]")
        items = rules.with_rank(ctx.input(number + index), 1, f"values[{index}]")
        sizes = rules.with_rank(ctx.input(2 * number + index), 1, f"shapes[{index}]")
        own = rules.merge_dimension(indices[0], items[0], f"one row of indices[{index}] per value")
        count = own + count
        rank = rules.merge_dimension(rank, indices[1], "all inputs of SparseConcat need the same rank")
        rank = rules.merge_dimension(rank, sizes[0], "all inputs of SparseConcat need the same rank")
    return sparse_shapes(count, rank)


def _concat_kernel(op: Operation) -> Callable[..., Any]:
    number, wanted = op.attrs["N"], op.attrs["concat_dim"]

    def compute(*values: Any) -> tuple[torch.Tensor, Any, torch.Tensor]:
        indices, items, shapes = values[:number], values[number : 2 * number], values[2 * number :]
        rank = shapes[0].shape[0]
        if not -rank <= wanted < rank:
            raise invalid(f"Concat dimension must be in range [{-rank}, {rank}), got {wanted}.")
        axis = wanted % rank
        _check_sizes(shapes, axis)
        places = []
        start = 0
        for part, shape in zip(indices, shapes, strict=True):
            moved = part.clone()
            moved[:, axis] += start
            places.append(moved)
            start += int(shape[axis])
        total = shapes[0].clone()
        total[axis] = start
        joined = torch.cat(places)
        order = torch.argsort(linear(joined, total), stable=True)
        return joined[order], take(join(list(items)), order), total

    return compute


def _check_sizes(shapes: Any, axis: int) -> None:
    first = shapes[0].tolist()
    for index, shape in enumerate(shapes):
        sizes = shape.tolist()
        if len(sizes) != len(first) or any(
            size != own for i, (size, own) in enumerate(zip(first, sizes, strict=True)) if i != axis
        ):
            raise invalid(
                f"Input shapes must match in all dimensions but {axis}: expected {first}, got {sizes} for input "
                f"{index}. Use expand_nonconcat_dim=True to take the largest."
            )


register_op(
    "SparseConcat",
    inputs="indices: N * int64; values: N * T; shapes: N * int64",
    outputs="output_indices: int64; output_values: T; output_shape: int64",
    attrs="concat_dim: int; N: int >= 2; T: type",
    shape=_concat_shape,
    kernel=_concat_kernel,
    gradient=NOT_DIFFERENTIABLE,
)

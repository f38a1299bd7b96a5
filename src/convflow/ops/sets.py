"""Sets in the last dimension of tensors (API: tf.sets)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor
from convflow.ops import rules
from convflow.ops.sparse.parts import as_kernel_value, as_numpy, check_order, check_parts, invalid

_TYPES = "int8, int16, int32, int64, uint8, uint16, string"
_ALLOWED = tuple(dtypes.as_dtype(name) for name in _TYPES.split(", "))
_ATTRS = f"set_operation: string; validate_indices: bool = true; T: type in {{{_TYPES}}}"
_OUTPUTS = "result_indices: int64; result_values: T; result_shape: int64"
# A set per position of all dimensions but the last.
_Groups = dict[tuple[int, ...], set[Any]]


def set_size(a: Any, validate_indices: bool = True) -> Tensor:
    """How many different elements each set of a sparse tensor has (API: tf.sets.set_size).

    Args:
        a: a `SparseTensor` whose last dimension holds the sets, sorted.
        validate_indices: whether to check the order of the indices.

    Returns:
        int32, the shape of `a` without its last dimension.

    Raises:
        TypeError: a dense tensor, or a type that sets do not take.
    """
    sparse = convert_to_tensor_or_sparse_tensor(a, name="a")
    if not isinstance(sparse, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {sparse}. Sets of different sizes can only be sparse.")
    _check_type("a", sparse)
    return apply_op(
        "SetSize",
        set_indices=sparse.indices,
        set_values=sparse.values,
        set_shape=sparse.dense_shape,
        validate_indices=validate_indices,
    )


def set_intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What is both in a set of `a` and in the one of `b` at the same place (API: tf.sets.intersection).

    Args:
        a, b: tensors, dense or sparse, of one integer type or of strings, alike in all dimensions but the last,
            which holds the sets; those of sparse tensors sorted.
        validate_indices: whether to check the order of the indices.

    Returns:
        a sparse tensor of the sets, sorted; its last dimension is as large as the largest set.

    Raises:
        TypeError: types that differ or that sets do not take.
        ValueError: shapes that do not go together.
    """
    return _set_operation(a, b, "intersection", "intersection", validate_indices)


def set_union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What is in a set of `a` or in the one of `b` (API: tf.sets.union). Arguments as for `set_intersection`."""
    return _set_operation(a, b, "union", "union", validate_indices)


def set_difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What is in a set of `a` but not in the one of `b` (API: tf.sets.difference). As `set_intersection`.

    Args:
        aminusb: False: what is in `b` but not in `a`.
    """
    minus = ("a-b", "b-a") if aminusb else ("b-a", "a-b")
    return _set_operation(a, b, *minus, validate_indices)


def _set_operation(a: Any, b: Any, operation: str, turned: str, validate_indices: bool) -> SparseTensor:
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    b = convert_to_tensor_or_sparse_tensor(b, name="b")
    _check_type("a", a)
    if a.dtype.base_dtype is not b.dtype.base_dtype:
        raise TypeError(f"Types don't match, {a.dtype.name} vs {b.dtype.name}: {a} and {b}. Use tf.cast.")
    if isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        # The op that takes one of each takes the dense one first.
        a, b, operation = b, a, turned
    attrs: dict[str, Any] = {"set_operation": operation, "validate_indices": validate_indices}
    if isinstance(a, SparseTensor):
        parts = apply_op("SparseToSparseSetOperation", **_parts("set1", a), **_parts("set2", b), **attrs)
    elif isinstance(b, SparseTensor):
        parts = apply_op("DenseToSparseSetOperation", set1=a, **_parts("set2", b), **attrs)
    else:
        parts = apply_op("DenseToDenseSetOperation", set1=a, set2=b, **attrs)
    return SparseTensor(*parts)


def _parts(name: str, sparse: SparseTensor) -> dict[str, Any]:
    return {f"{name}_indices": sparse.indices, f"{name}_values": sparse.values, f"{name}_shape": sparse.dense_shape}


def _check_type(name: str, value: Any) -> None:
    if value.dtype.base_dtype not in _ALLOWED:
        raise TypeError(f"'{name}' has invalid dtype {value.dtype.name}: sets hold one of {_TYPES}.")


# Shapes.


def _set_shape(ctx: InferenceContext, rank: int | None) -> list[TensorShape]:
    return [TensorShape([None, rank]), unknown_shape(1), TensorShape([rank])]


def _dense_set(ctx: InferenceContext, index: int) -> TensorShape:
    shape = ctx.input(index)
    if shape.rank is not None and shape.rank < 2:
        raise ValueError(
            f"Shape of set{index + 1} must be at least rank 2 but is rank {shape.rank}: {shape}. "
            "The last dimension holds a set, those before tell the sets apart."
        )
    return shape


def _dense_to_dense_shape(ctx: InferenceContext) -> list[TensorShape]:
    first, second = _dense_set(ctx, 0), _dense_set(ctx, 1)
    if first.rank is None or second.rank is None:
        known = first.rank if first.rank is not None else second.rank
        return _set_shape(ctx, known)
    rules.with_rank(second, first.rank, "set2")
    if not first[:-1].is_compatible_with(second[:-1]):
        raise ValueError(
            f"All dimensions of set1 and set2 but the last must be equal, got the shapes {first} and {second}."
        )
    return _set_shape(ctx, first.rank)


def _dense_to_sparse_shape(ctx: InferenceContext) -> list[TensorShape]:
    first = _dense_set(ctx, 0)
    rank = check_parts(ctx, 1, "set2")[1].value
    _check_sparse_rank(rank)
    if first.rank is None:
        return _set_shape(ctx, rank)
    if rank is not None and rank != first.rank:
        raise ValueError(f"set1 and set2 must have the same rank, got set1 of shape {first} and set2 of rank {rank}.")
    return _set_shape(ctx, first.rank)


def _sparse_to_sparse_shape(ctx: InferenceContext) -> list[TensorShape]:
    ranks = [check_parts(ctx, 0, "set1")[1].value, check_parts(ctx, 3, "set2")[1].value]
    for rank in ranks:
        _check_sparse_rank(rank)
    known = [rank for rank in ranks if rank is not None]
    if len(known) == 2 and known[0] != known[1]:
        raise ValueError(f"set1 and set2 must have the same rank, got ranks {known[0]} and {known[1]}.")
    return _set_shape(ctx, known[0] if known else None)


def _check_sparse_rank(rank: int | None) -> None:
    if rank is not None and rank < 2:
        raise ValueError(f"Sets need a tensor of at least rank 2, got a sparse tensor of rank {rank}.")


# Values.


def _dense_groups(value: Any) -> tuple[tuple[int, ...], _Groups]:
    array = as_numpy(value)
    if array.ndim < 2:
        raise ValueError("Sets need at least rank 2.")
    shape = array.shape[:-1]
    return shape, {place: set(array[place].tolist()) for place in np.ndindex(*shape)}


def _sparse_groups(indices: Any, items: Any, shape: Any, validate: bool) -> tuple[tuple[int, ...], _Groups]:
    if indices.ndim != 2 or shape.ndim != 1 or indices.shape[1] != shape.shape[0] or shape.shape[0] < 2:
        raise ValueError(f"Not a sparse tensor of sets: indices {list(indices.shape)}, shape {list(shape.shape)}.")
    if validate:
        check_order(indices, shape)
    groups: _Groups = {}
    for place, item in zip(indices[:, :-1].tolist(), as_numpy(items).tolist(), strict=True):
        groups.setdefault(tuple(place), set()).add(item)
    return tuple(shape[:-1].tolist()), groups


_OPERATIONS: dict[Any, Callable[[set[Any], set[Any]], set[Any]]] = {
    "a-b": lambda a, b: a - b,
    "b-a": lambda a, b: b - a,
    "intersection": lambda a, b: a & b,
    "union": lambda a, b: a | b,
}


def _combine(
    op: Operation, first: tuple[tuple[int, ...], _Groups], second: tuple[tuple[int, ...], _Groups]
) -> tuple[Any, Any, Any]:
    name = op.attrs["set_operation"]
    combine = _OPERATIONS[name.decode() if isinstance(name, bytes) else name]
    (shape, left), (other_shape, right) = first, second
    if shape != other_shape:
        raise invalid(
            f"All dimensions of set1 and set2 but the last must be equal, got {list(shape)} and {list(other_shape)}."
        )
    indices: list[tuple[int, ...]] = []
    items: list[Any] = []
    largest = 0
    empty: set[Any] = set()
    for place in sorted(left.keys() | right.keys()):
        result = sorted(combine(left.get(place, empty), right.get(place, empty)))
        indices += [(*place, position) for position in range(len(result))]
        items += result
        largest = max(largest, len(result))
    dtype = op.outputs[1].dtype.as_numpy_dtype
    places = np.array(indices, np.int64).reshape(len(items), len(shape) + 1)
    array = np.empty(len(items), dtype)
    array[:] = items
    return as_kernel_value(places), as_kernel_value(array), torch.tensor([*shape, largest], dtype=torch.int64)


def _dense_to_dense_kernel(op: Operation) -> Callable[..., Any]:
    return lambda set1, set2: _combine(op, _dense_groups(set1), _dense_groups(set2))


def _dense_to_sparse_kernel(op: Operation) -> Callable[..., Any]:
    validate = op.attrs["validate_indices"]

    def compute(set1: Any, indices: torch.Tensor, items: Any, shape: torch.Tensor) -> Any:
        return _combine(op, _dense_groups(set1), _sparse_groups(indices, items, shape, validate))

    return compute


def _sparse_to_sparse_kernel(op: Operation) -> Callable[..., Any]:
    validate = op.attrs["validate_indices"]

    def compute(indices1: Any, items1: Any, shape1: Any, indices2: Any, items2: Any, shape2: Any) -> Any:
        first = _sparse_groups(indices1, items1, shape1, validate)
        return _combine(op, first, _sparse_groups(indices2, items2, shape2, validate))

    return compute


register_op(
    "DenseToDenseSetOperation",
    inputs="set1: T; set2: T",
    outputs=_OUTPUTS,
    attrs=_ATTRS,
    shape=_dense_to_dense_shape,
    kernel=_dense_to_dense_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "DenseToSparseSetOperation",
    inputs="set1: T; set2_indices: int64; set2_values: T; set2_shape: int64",
    outputs=_OUTPUTS,
    attrs=_ATTRS,
    shape=_dense_to_sparse_shape,
    kernel=_dense_to_sparse_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "SparseToSparseSetOperation",
    inputs=(
        "set1_indices: int64; set1_values: T; set1_shape: int64; set2_indices: int64; set2_values: T; set2_shape: int64"
    ),
    outputs=_OUTPUTS,
    attrs=_ATTRS,
    shape=_sparse_to_sparse_shape,
    kernel=_sparse_to_sparse_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _size_shape(ctx: InferenceContext) -> list[TensorShape]:
    check_parts(ctx, 0, "set")
    return [unknown_shape()]


def _size_kernel(op: Operation) -> Callable[..., Any]:
    validate = op.attrs["validate_indices"]

    def compute(indices: torch.Tensor, items: Any, shape: torch.Tensor) -> torch.Tensor:
        sizes, groups = _sparse_groups(indices, items, shape, validate)
        result = torch.zeros(sizes, dtype=torch.int32)
        for place, group in groups.items():
            result[place] = len(group)
        return result

    return compute


register_op(
    "SetSize",
    inputs="set_indices: int64; set_values: T; set_shape: int64",
    outputs="size: int32",
    attrs=f"validate_indices: bool = true; T: type in {{{_TYPES}}}",
    shape=_size_shape,
    kernel=_size_kernel,
    gradient=NOT_DIFFERENTIABLE,
)

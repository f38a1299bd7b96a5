"""Some of the elements, or the same in a larger or flatter whole (API: tf.sparse_retain, tf.sparse_reset_shape ...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse
from convflow.graph.static_value import constant_value_as_shape
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, ones_like, zeros
from convflow.ops.array.gather import gather
from convflow.ops.array.identity import identity
from convflow.ops.array.list_diff import setdiff1d
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice import slice_
from convflow.ops.array.strided_slice import getitem
from convflow.ops.assert_compare import assert_equal, assert_less_equal
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.arithmetic import add, maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_max
from convflow.ops.math.select import where, where_v2


def sparse_retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """The elements of a sparse tensor where the bool vector `to_retain` is true (API: tf.sparse_retain).

    Args:
        sp_input: a `SparseTensor` of any type with n elements.
        to_retain: bool [n].

    Returns:
        A `SparseTensor` of the same shape.

    Raises:
        ValueError: there are known to be more or fewer bools than elements.
    """
    sparse = convert_to_sparse(sp_input)
    to_retain = convert_to_tensor(to_retain)
    choice, count = to_retain.shape.with_rank(1)[0], sparse.values.shape[0]
    if not choice.is_compatible_with(count):
        raise ValueError(f"Dimensions {count} and {choice} are not compatible: to_retain needs one bool per element.")
    kept = reshape(where(to_retain), [-1])
    return SparseTensor(gather(sparse.indices, kept), gather(sparse.values, kept), identity(sparse.dense_shape))


def sparse_reset_shape(sp_input: Any, new_shape: Any = None) -> SparseTensor:
    """The elements of a sparse tensor in a larger, or the smallest possible, whole (API: tf.sparse_reset_shape).

    Args:
        new_shape: sizes, each at least that of the input; the tightest ones around the elements by default.

    Raises:
        ValueError: a size is known to be too small, or there are more or fewer of them.
        InvalidArgumentError: the same found out in a run.
    """
    sparse = convert_to_sparse(sp_input)
    indices, values, shape = identity(sparse.indices), identity(sparse.values), identity(sparse.dense_shape)
    if new_shape is None:
        last = reduce_max(indices, axis=0)
        # The largest of no indices is the smallest number there is, hence the 0.
        sizes = maximum(constant(0, dtype=dtypes.int64), add(last, ones_like(shape)))
        return SparseTensor(indices, values, sizes)
    sizes = cast(convert_to_tensor(new_shape), dtypes.int64)
    known, wanted = sparse.shape, constant_value_as_shape(sizes)
    if known.rank is not None and wanted.rank is not None and known.rank != wanted.rank:
        raise ValueError(
            f"Dimensions {wanted.rank} and {known.rank} are not compatible: new_shape {wanted} must have as many "
            f"sizes as the input has dimensions, {known}."
        )
    if known.is_fully_defined() and wanted.is_fully_defined():
        if any(int(new) < int(old) for new, old in zip(wanted, known, strict=True)):
            raise ValueError(
                "Requested new_shape should have dimension sizes >= sp_input.shape.  "
                f"Found new_shape ({wanted}), sp_input.shape ({known})."
            )
        return SparseTensor(indices, values, wanted.as_list())
    return SparseTensor(indices, values, _checked_sizes(sizes, shape))


def _checked_sizes(sizes: Tensor, shape: Tensor) -> Tensor:
    same_length = assert_equal(shape_of(shape), shape_of(sizes))
    sizes = with_dependencies([same_length], sizes)
    return with_dependencies([assert_less_equal(shape, sizes)], sizes)


def expand_dims(sp_input: Any, axis: Any = None, name: str | None = None) -> SparseTensor:
    """A sparse tensor with a new dimension of size 1 before `axis`, the last by default (API: tf.sparse.expand_dims).

    Raises:
        ValueError: the rank is not known.
    """
    sparse = convert_to_sparse(sp_input)
    rank = sparse.dense_shape.shape[0].value
    if rank is None:
        raise ValueError(f"Cannot expand {sparse}: its rank is not known. Give its dense_shape a known length.")
    axis = -1 if axis is None else axis
    with name_scope(name, "expand_dims", [sparse]):
        axis = convert_to_tensor(axis, name="axis")
        axis = where_v2(axis >= 0, axis, axis + rank + 1)
        count = getitem(shape_of(sparse.indices), 0)
        column = zeros([count, 1], dtype=dtypes.int64)
        before = slice_(sparse.indices, [0, 0], [-1, axis])
        after = slice_(sparse.indices, [0, axis], [-1, -1])
        indices = concat([before, column, after], axis=1)
        shape_before = slice_(sparse.dense_shape, [0], [axis])
        shape_after = slice_(sparse.dense_shape, [axis], [-1])
        size = convert_to_tensor([1], name="new_shape", dtype=dtypes.int64)
        return SparseTensor(indices, sparse.values, concat([shape_before, size, shape_after], axis=0))


def sparse_mask(a: Any, mask_indices: Any, name: str | None = None) -> IndexedSlices:
    """The slices of `a`, an `IndexedSlices`, whose indices are not among `mask_indices` (API: tf.sparse_mask).

    Args:
        a: an `IndexedSlices` of n slices.
        mask_indices: the indices to leave out, a vector of the type of `a.indices`.

    Returns:
        An `IndexedSlices` of the same dense shape.
    """
    with name_scope(name, "sparse_mask", [a, mask_indices]) as scope:
        left, places = setdiff1d(a.indices, mask_indices)
        values = gather(a.values, places, name=scope)
        return IndexedSlices(values, left, a.dense_shape)

"""Dense tensors as sparse ones (API: slim.sparse_ops)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.compat import integral_types
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.batch_gather import gather_nd
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, ones_like, zeros_like
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import not_equal
from convflow.ops.math.reduce import reduce_max
from convflow.ops.math.scan import cumsum
from convflow.ops.math.select import where
from convflow.ops.math.unsorted_segment import unsorted_segment_max


def _ignored(tensor: Tensor, ignore_value: Any) -> Tensor:
    """The value that stands for nothing: the type's empty one if none is given."""
    if ignore_value is None:
        ignore_value = "" if tensor.dtype == dtypes.string else tensor.dtype.as_numpy_dtype()
    return constant(ignore_value, dtype=tensor.dtype, name="ignore_value")


def dense_to_sparse_tensor(dense_tensor: Any, ignore_value: Any = None) -> SparseTensor:
    """What of a tensor is not `ignore_value` (API: slim.sparse_ops.dense_to_sparse_tensor).

    Args:
        dense_tensor: of any shape.
        ignore_value: what is left out; 0, False or the empty string by default.

    Returns:
        a sparse tensor of the same shape.
    """
    with name_scope("DenseToSparseTensor"):
        dense = convert_to_tensor(dense_tensor)
        indices = where(not_equal(dense, _ignored(dense, ignore_value)), name="indices")
        return SparseTensor(
            indices=indices,
            values=gather_nd(dense, indices, name="values"),
            dense_shape=shape_of(dense, out_type=dtypes.int64, name="dense_shape"),
        )


def indicators_to_sparse_ids(indicators: Any, ignore_value: Any = None, dtype: Any = dtypes.int64) -> SparseTensor:
    """The classes that each row names (API: slim.sparse_ops.indicators_to_sparse_ids).

    Args:
        indicators: shape (..., num_classes); a class is named where it is not `ignore_value`.
        ignore_value: what names no class; 0, False or the empty string by default.
        dtype: of the numbers of classes: whole numbers.

    Returns:
        their numbers, in order and from the left, shape (..., the most classes that a row has).

    Raises:
        ValueError: a dtype that is not of whole numbers.
    """
    if not dtypes.as_dtype(dtype).is_integer:
        raise ValueError(f"Invalid dtype {dtype} not integer: numbers of classes are whole, as tf.int64.")
    with name_scope(None, "indicators_to_sparse_ids", (indicators, ignore_value)):
        indicators = convert_to_tensor(indicators, name="indicators")
        named = not_equal(indicators, _ignored(indicators, ignore_value), name="named")
        nothing = zeros_like(indicators, dtype=dtypes.int64, name="zeros")
        ones = where(named, ones_like(indicators, dtype=dtypes.int64, name="ones"), nothing)
        # The place of each class in its row, counted from one: zero is what names none.
        places = where(named, cumsum(ones, axis=-1), nothing)
        found = dense_to_sparse_tensor(places, ignore_value=0)
        columns = reshape(found.values - 1, [-1, 1])
        width = reshape(maximum(reduce_max(places), 0), [1], name="result_last_dim")
        return SparseTensor(
            indices=concat([found.indices[:, :-1], columns], 1, name="indices"),
            values=cast(found.indices[:, -1], dtype, name="values"),
            dense_shape=concat([found.dense_shape[:-1], width], 0, name="dense_shape"),
        )


def sparse_row_envelope(sparse_input: Any, row_axis: int = 0, col_axis: int = 1, name: str | None = None) -> Tensor:
    """How far each row of a sparse tensor reaches (API: slim.sparse_ops.sparse_row_envelope).

    Args:
        sparse_input: a sparse tensor of two axes or more.
        row_axis, col_axis: which of them are rows and columns.
        name: of the scope.

    Returns:
        the last column of each row plus one, 0 for empty rows: int64, shape (rows,).

    Raises:
        ValueError: axes that are no whole numbers, or the same.
    """
    if not (isinstance(row_axis, integral_types) and isinstance(col_axis, integral_types)):
        raise ValueError(f"`row_axis` and `col_axis` must be integers, not {row_axis!r} and {col_axis!r}.")
    if row_axis == col_axis:
        raise ValueError(f"Row and column can not be the same axis: both are {row_axis}.")
    with name_scope(name, "sparse_row_envelope", [sparse_input]):
        rows, columns = sparse_input.indices[:, row_axis], sparse_input.indices[:, col_axis]
        count = cast(sparse_input.dense_shape[row_axis], dtypes.int32)
        reach = unsorted_segment_max(columns + 1, rows, count)
        # A row without an entry has the type's least value.
        return maximum(reach, zeros_like(reach))

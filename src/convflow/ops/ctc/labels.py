"""Labels of sequences in other forms (API: tf.nn.collapse_repeated, tf.nn.ctc_unique_labels)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like
from convflow.ops.array.gather_nd import gather_nd, scatter_nd
from convflow.ops.array.grid import sequence_mask
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.sequence import range as sequence
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.strided_slice import boolean_mask
from convflow.ops.math.argmax import argmax
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, logical_and, not_equal
from convflow.ops.math.reduce import reduce_max, reduce_sum
from convflow.ops.math.scan import cumsum
from convflow.ops.math.select import where


def dense_to_sparse(dense: Any, length: Any) -> SparseTensor:
    """The first `length[row]` labels of each row of `dense` [batch, labels], as a `SparseTensor`."""
    dense = convert_to_tensor(dense, name="dense")
    indices = where(sequence_mask(length, shape_of(dense)[1]))
    return SparseTensor(indices, gather_nd(dense, indices), shape_of(dense, out_type=dtypes.int64))


def collapse_repeated(labels: Any, seq_length: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Labels with neighbours that are equal merged (API: tf.nn.collapse_repeated).

    Args:
        labels: integers [batch, labels].
        seq_length: int32 [batch], how many of them each row has.

    Returns:
        the labels that are left, [batch, the most of a row], zeros behind them; and their numbers, int32 [batch].
    """
    with name_scope(name, "collapse_repeated_labels", [labels, seq_length]):
        labels = convert_to_tensor(labels, name="labels")
        seq_length = convert_to_tensor(seq_length, name="seq_length")
        changes = concat([ones_like(labels[:, :1], dtypes.bool), not_equal(labels[:, 1:], labels[:, :-1])], 1)
        kept = logical_and(changes, sequence_mask(seq_length, shape_of(labels)[1]))
        kept.set_shape([None, None])
        lengths = reduce_sum(cast(kept, dtypes.int32), 1)
        most = reduce_max(lengths)
        # What is kept of the rows, one after the other, fills the fronts of the new rows.
        places = cast(where(sequence_mask(lengths, most)), dtypes.int32)
        found = scatter_nd(places, boolean_mask(labels, kept), stack([shape_of(labels)[0], most]))
        found.set_shape([labels.shape.with_rank(2)[0], None])
        return found, lengths


def ctc_unique_labels(labels: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """The different labels of each row (API: tf.nn.ctc_unique_labels).

    Args:
        labels: integers [batch, labels].

    Returns:
        the different labels (int64) in the order in which they come, then zeros; and the place of each label among
        them, int32; both [batch, labels].
    """
    with name_scope(name, "ctc_unique_labels", [labels]):
        labels = convert_to_tensor(labels, name="labels")
        size = shape_of(labels)
        rows, columns = size[0], size[1]
        same = equal(expand_dims(labels, 2), expand_dims(labels, 1))
        first = argmax(cast(same, dtypes.int32), 2, output_type=dtypes.int32)
        column = expand_dims(sequence(columns), 0)
        row = expand_dims(sequence(rows), 1) + column * 0
        is_new = cast(equal(first, column), dtypes.int32)
        is_new.set_shape([None, None])
        index = gather_nd(cumsum(is_new, 1) - 1, stack([row, first], 2))
        new = boolean_mask(stack([row, index], 2), equal(is_new, 1))
        # As in TensorFlow, int64 whatever the labels are.
        unique = scatter_nd(new, cast(boolean_mask(labels, equal(is_new, 1)), dtypes.int64), size)
        unique.set_shape([labels.shape.with_rank(2)[0], None])
        index.set_shape(labels.shape)
        return unique, index

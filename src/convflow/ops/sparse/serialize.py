"""Sparse tensors as strings (API: tf.io.serialize_sparse, serialize_many_sparse, deserialize_many_sparse).

A sparse tensor is three strings, each a `TensorProto`: of its indices, values and shape. As variants they are the
arrays themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.formats.tensor_content import content_proto, read_content
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse
from convflow.ops import rules
from convflow.ops.sparse.parts import (
    as_kernel_value,
    as_numpy,
    check_order,
    check_parts,
    check_sparse,
    invalid,
    sparse_shapes,
)

# Indices, values and shape.
Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


def serialize_sparse(sp_input: Any, name: str | None = None, out_type: Any = dtypes.string) -> Tensor:
    """A sparse tensor as three strings (API: tf.serialize_sparse, tf.io.serialize_sparse).

    Args:
        sp_input: a `SparseTensor` of any type.
        name: of the node.
        out_type: `tf.string` or `tf.variant`.

    Returns:
        A tensor [3]: of the indices, the values and the shape.

    Raises:
        TypeError: `sp_input` is not sparse.
    """
    return _serialized("SerializeSparse", sp_input, name, out_type)


def serialize_many_sparse(sp_input: Any, name: str | None = None, out_type: Any = dtypes.string) -> Tensor:
    """Each part of a sparse tensor along its first axis as three strings.

    API: tf.serialize_many_sparse, tf.io.serialize_many_sparse. Queues and batches take them as rows.

    Args:
        sp_input: a `SparseTensor` of any type and more than one axis, in row-major order.
        name: of the node.
        out_type: `tf.string` or `tf.variant`.

    Returns:
        A tensor [parts, 3]: of the indices, the values and the shape, without the first axis.

    Raises:
        TypeError: `sp_input` is not sparse.
        InvalidArgumentError: (when run) it has one axis, or its elements are out of order.
    """
    return _serialized("SerializeManySparse", sp_input, name, out_type)


def _serialized(op_type: str, sp_input: Any, name: str | None, out_type: Any) -> Tensor:
    sparse = convert_to_sparse(sp_input)
    return apply_op(
        op_type,
        sparse_indices=sparse.indices,
        sparse_values=sparse.values,
        sparse_shape=sparse.dense_shape,
        out_type=out_type,
        name=name,
    )


def deserialize_sparse(
    serialized_sparse: Any, dtype: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """The sparse tensor of three strings; of many such threes, all of them along new first axes.

    API: tensorflow.python.ops.sparse_ops.deserialize_sparse.

    Args:
        serialized_sparse: what `serialize_sparse` makes, [..., 3].
        dtype: the type of its values.
        rank: how many axes it has, new ones included, if that is known.
        name: of the node.

    Raises:
        InvalidArgumentError: (when run) something else, values of another type, or tensors of different ranks.
    """
    return _deserialized("DeserializeSparse", serialized_sparse, dtype, rank, name)


def deserialize_many_sparse(
    serialized_sparse: Any, dtype: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """One sparse tensor of many that were serialized, along a new first axis.

    API: tf.deserialize_many_sparse, tf.io.deserialize_many_sparse. Each size is the largest of theirs.

    Args:
        serialized_sparse: what `serialize_many_sparse` makes, or what `serialize_sparse` does, stacked: [parts, 3].
        dtype: the type of the values.
        rank: how many axes the result has, if that is known.
        name: of the node.

    Raises:
        ValueError: it has not two axes, the last of size 3.
        InvalidArgumentError: (when run) something else, values of another type, or tensors of different ranks.
    """
    return _deserialized("DeserializeManySparse", serialized_sparse, dtype, rank, name)


def _deserialized(op_type: str, serialized_sparse: Any, dtype: Any, rank: int | None, name: str | None) -> SparseTensor:
    indices, items, shape = apply_op(op_type, serialized_sparse=serialized_sparse, dtype=dtype, name=name)
    indices.set_shape([None, rank])
    shape.set_shape([rank])
    return SparseTensor(indices, items, shape)


# Serializing


def _packed(parts: Parts, dtype: dtypes.DType, out_type: dtypes.DType) -> list[Any]:
    if out_type == dtypes.variant:
        # Datasets keep variants for longer than the run keeps the memory of its values.
        return [part.copy() for part in parts]
    return [content_proto(part, kind) for part, kind in zip(parts, (dtypes.int64, dtype, dtypes.int64), strict=True)]


def _objects(rows: list[list[Any]], shape: tuple[int, ...]) -> np.ndarray:
    result = np.empty(len(rows) * 3, object)
    for index, item in enumerate(item for row in rows for item in row):
        result[index] = item
    return result.reshape(shape)


def _serialize_kernel(op: Operation) -> Callable[..., np.ndarray]:
    dtype, out_type = op.attrs["T"], op.attrs["out_type"]

    def compute(indices: Any, items: Any, shape: Any) -> np.ndarray:
        check_sparse(indices, items, shape)
        return _objects([_packed((as_numpy(indices), as_numpy(items), as_numpy(shape)), dtype, out_type)], (3,))

    return compute


def _serialize_many_kernel(op: Operation) -> Callable[..., np.ndarray]:
    dtype, out_type = op.attrs["T"], op.attrs["out_type"]

    def compute(indices: Any, items: Any, shape: Any) -> np.ndarray:
        check_sparse(indices, items, shape)
        if len(shape) < 2:
            raise invalid(f"Rank of input SparseTensor should be > 1, but saw rank: {len(shape)}. Add a first axis.")
        check_order(indices, shape, repeats=True)
        places, elements, sizes = as_numpy(indices), as_numpy(items), as_numpy(shape)
        # The elements of part i are those from ends[i] to ends[i + 1].
        ends = np.searchsorted(places[:, 0], np.arange(sizes[0] + 1))
        rows = [
            _packed((places[start:end, 1:], elements[start:end], sizes[1:]), dtype, out_type)
            for start, end in pairwise(ends.tolist())
        ]
        return _objects(rows, (len(rows), 3))

    return compute


def _serialize_rule(ctx: InferenceContext) -> list[TensorShape]:
    check_parts(ctx, 0, "sparse")
    return [TensorShape([3])]


def _serialize_many_rule(ctx: InferenceContext) -> list[TensorShape]:
    check_parts(ctx, 0, "sparse")
    return [TensorShape([None, 3])]


for _name, _kernel, _rule in (
    ("SerializeSparse", _serialize_kernel, _serialize_rule),
    ("SerializeManySparse", _serialize_many_kernel, _serialize_many_rule),
):
    register_op(
        _name,
        inputs="sparse_indices: int64; sparse_values: T; sparse_shape: int64",
        outputs="serialized_sparse: out_type",
        attrs="T: type; out_type: type = string in {string, variant}",
        shape=_rule,
        kernel=_kernel,
        gradient=NO_GRADIENT,
    )


# And back


def _unpacked(row: list[Any], dtype: dtypes.DType, number: int) -> Parts:
    try:
        (indices, kinds), (items, found), (shape, sizes) = (
            read_content(item) if isinstance(item, bytes) else (item, dtypes.as_dtype(item.dtype)) for item in row
        )
    except (DecodeError, TypeError, ValueError, IndexError) as error:
        raise invalid(
            f"Could not parse serialized proto of sparse tensor {number}: {error}. Expected what "
            "tf.serialize_sparse makes."
        ) from None
    if found != dtype:
        raise invalid(
            f"Requested SparseTensor of type {dtype.name} but SparseTensor[{number}].values.dtype() == {found.name}. "
            "Pass the type it was serialized with."
        )
    whole = kinds == sizes == dtypes.int64 and (indices.ndim, items.ndim, shape.ndim) == (2, 1, 1)
    if not whole or indices.shape != (len(items), len(shape)):
        raise invalid(
            f"SparseTensor[{number}] has indices of {kinds.name} {list(indices.shape)}, values {list(items.shape)} "
            f"and a shape of {sizes.name} {list(shape.shape)}. Expected int64 [n, rank], [n] and int64 [rank]."
        )
    return indices, items, shape


def _deserialize_kernel(op: Operation) -> Callable[[np.ndarray], tuple[Any, ...]]:
    dtype = op.attrs["dtype"]

    def compute(serialized: np.ndarray) -> tuple[Any, ...]:
        outer = list(serialized.shape[:-1])
        if not serialized.ndim or serialized.shape[-1] != 3:
            raise ValueError(f"Three strings a sparse tensor are expected, got {list(serialized.shape)}.")
        if 0 in outer:
            raise invalid(
                "Serialized sparse should have at least 1 serialized tensor, but has a zero dimension "
                f"{list(serialized.shape)}"
            )
        rows = _rows(serialized)
        parts = [_unpacked(row, dtype, number) for number, row in enumerate(rows)]
        # A variant may be read again: what comes of it has memory of its own.
        joined = _joined(parts, outer) if outer else tuple(part.copy() for part in parts[0])
        return tuple(as_kernel_value(part) for part in joined)

    return compute


def _rows(serialized: np.ndarray) -> list[list[Any]]:
    flat = serialized.reshape(-1)
    return [[flat[place + part] for part in range(3)] for place in range(0, len(flat), 3)]


def _joined(parts: list[Parts], outer: list[int]) -> Parts:
    """One sparse tensor of many, along new first axes."""
    ranks = [len(shape) for _, _, shape in parts]
    for number, rank in enumerate(ranks):
        if rank != ranks[0]:
            raise invalid(
                f"Inconsistent rank across SparseTensors: rank prior to SparseTensor[{number}] was {ranks[0]} but rank "
                f"of SparseTensor[{number}] is {rank}. Serialize tensors of the same rank."
            )
    firsts = [np.tile(np.unravel_index(i, outer), (len(items), 1)) for i, (_, items, _) in enumerate(parts)]
    indices = [np.concatenate([first, places], axis=1) for first, (places, _, _) in zip(firsts, parts, strict=True)]
    sizes = np.max([shape for _, _, shape in parts], axis=0)
    return (
        np.concatenate(indices).astype(np.int64),
        np.concatenate([items for _, items, _ in parts]),
        np.concatenate([np.array(outer, np.int64), sizes]).astype(np.int64),
    )


def _deserialize_rule(ctx: InferenceContext) -> list[TensorShape]:
    serialized = ctx.input(0)
    if serialized.rank is not None:
        if serialized.rank == 0:
            raise ValueError(f"serialized_sparse must have at least one axis, of size 3, got shape {serialized}.")
        rules.merge_dimension(serialized[-1], 3, f"serialized_sparse must have 3 columns, got {serialized}")
    return sparse_shapes(None, None)


def _deserialize_many_rule(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 2, "serialized_sparse")
    return _deserialize_rule(ctx)


register_op(
    "DeserializeSparse",
    inputs="serialized_sparse: Tserialized",
    outputs="sparse_indices: int64; sparse_values: dtype; sparse_shape: int64",
    attrs="dtype: type; Tserialized: type = string in {string, variant}",
    shape=_deserialize_rule,
    kernel=_deserialize_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "DeserializeManySparse",
    inputs="serialized_sparse: string",
    outputs="sparse_indices: int64; sparse_values: dtype; sparse_shape: int64",
    attrs="dtype: type",
    shape=_deserialize_many_rule,
    kernel=_deserialize_kernel,
    gradient=NO_GRADIENT,
)

"""All combinations of one value from each column, row by row (API: tf.sparse.cross, tf.sparse.cross_hashed).

A hashed combination is the running hash of its values, beginning with the key: strings count by FarmHash's fingerprint,
numbers as they are, and two 64-bit numbers are joined with MurmurHash64A's multiplier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import pairwise, product
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.sparse_tensor import SparseTensor, is_sparse
from convflow.ops import hashes, rules
from convflow.ops.math.cast import cast
from convflow.ops.sparse.parts import as_kernel_value, as_numpy, invalid

_DEFAULT_KEY = 0xDECAFCAFFE
_LARGEST = 2**63 - 1


def sparse_cross(inputs: Sequence[Any], name: str | None = None) -> SparseTensor:
    """The combinations as strings, their values joined by "_X_" (API: tf.sparse.cross).

    Args:
        inputs: `SparseTensor`s and tensors of shape (rows, ...) of strings or whole numbers.

    Returns:
        A string `SparseTensor` of shape (rows, most combinations of a row). The last input's values change fastest.

    Raises:
        TypeError: no list, or something else in it.
        InvalidArgumentError: in the run: inputs of different numbers of rows.
    """
    return _cross(inputs, False, 0, None, name)


def sparse_cross_hashed(
    inputs: Sequence[Any], num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> SparseTensor:
    """The combinations as numbers of buckets (API: tf.sparse.cross_hashed).

    Args:
        inputs: as for `tf.sparse.cross`.
        num_buckets: how many buckets; 0 for the hash itself, below 2**63 - 1.
        hash_key: where the hash begins; TensorFlow's default if None or 0.

    Returns:
        An int64 `SparseTensor` of shape (rows, most combinations of a row).

    Raises:
        As `tf.sparse.cross`.
    """
    return _cross(inputs, True, num_buckets, hash_key, name)


def _cross(inputs: Any, hashed: bool, num_buckets: int, hash_key: int | None, name: str | None) -> SparseTensor:
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"Inputs must be a list, got {type(inputs).__name__}.")
    wrong = [item for item in inputs if not (is_sparse(item) or isinstance(item, Tensor))]
    if wrong:
        raise TypeError(f"All inputs must be SparseTensors or tensors, got {wrong[0]!r}.")
    sparse = [item for item in inputs if is_sparse(item)]
    dense = [item for item in inputs if not is_sparse(item)]
    plain = all(item.dtype == dtypes.string for item in inputs)
    indices, values, shape = apply_op(
        "SparseCross",
        indices=[item.indices for item in sparse],
        values=[_strings_or_int64(item.values) for item in sparse],
        shapes=[item.dense_shape for item in sparse],
        dense_inputs=[_strings_or_int64(item) for item in dense],
        hashed_output=hashed,
        num_buckets=num_buckets,
        hash_key=hash_key or _DEFAULT_KEY,
        out_type=dtypes.int64 if hashed else dtypes.string,
        internal_type=dtypes.string if plain else dtypes.int64,
        name=name,
    )
    return SparseTensor(indices, values, shape)


def _strings_or_int64(values: Tensor) -> Tensor:
    return values if values.dtype == dtypes.string else cast(values, dtypes.int64)


def _cross_shape(ctx: InferenceContext) -> list[TensorShape]:
    count = ctx.attr("N")
    for place in range(count):
        rules.with_rank(ctx.input(place), 2, f"indices[{place}]")
        rules.with_rank(ctx.input(count + place), 1, f"values[{place}]")
        rules.with_rank(ctx.input(2 * count + place), 1, f"shapes[{place}]")
    return [TensorShape([None, 2]), TensorShape([None]), TensorShape([2])]


def _rows_of_sparse(indices: np.ndarray, values: np.ndarray, rows: int) -> list[np.ndarray]:
    ends = np.searchsorted(indices[:, 0], np.arange(rows + 1))
    return [values[start:end] for start, end in pairwise(ends)]


def _columns(op: Operation, inputs: Sequence[Any]) -> tuple[int, list[list[np.ndarray]]]:
    """How many rows there are, and the values of each row by column."""
    arrays = [as_numpy(item) for item in inputs]
    count = op.attrs["N"]
    indices, values, shapes, dense = (
        arrays[:count], arrays[count : 2 * count], arrays[2 * count : 3 * count], arrays[3 * count :]
    )  # fmt: skip
    sizes = [int(shape[0]) for shape in shapes] + [len(array) for array in dense]
    if len(set(sizes)) > 1:
        raise invalid(f"The inputs of SparseCross have {sizes} rows: they need as many as each other.")
    rows = sizes[0] if sizes else 0
    columns = [_rows_of_sparse(*pair, rows) for pair in zip(indices, values, strict=True)]
    return rows, [*columns, *(list(array.reshape(rows, -1)) for array in dense)]


def _text(values: np.ndarray) -> list[bytes]:
    return [item if isinstance(item, bytes) else b"%d" % item for item in values]


def _number(values: np.ndarray) -> list[int]:
    return [hashes.fingerprint(item) if isinstance(item, bytes) else int(item) % 2**64 for item in values]


def _combinations(op: Operation) -> Callable[[list[list[Any]]], Iterator[Any]]:
    """From the values of a row by column to its combinations."""
    if not op.attrs["hashed_output"]:
        return lambda columns: map(b"_X_".join, product(*columns))
    key, buckets = int(op.attrs["hash_key"]), int(op.attrs["num_buckets"]) or _LARGEST
    return lambda columns: (reduce(hashes.joined, numbers, key) % buckets for numbers in product(*columns))


def _cross_kernel(op: Operation) -> Callable[..., tuple[Any, ...]]:
    hashed = op.attrs["hashed_output"]
    prepare, combine = (_number if hashed else _text), _combinations(op)

    def compute(*inputs: Any) -> tuple[Any, ...]:
        rows, columns = _columns(op, inputs)
        found = [list(combine([prepare(column[row]) for column in columns])) for row in range(rows)]
        sizes = [len(row) for row in found]
        width = max(sizes, default=0)
        places = [np.repeat(np.arange(rows), sizes), np.concatenate([np.arange(size) for size in [0, *sizes]])]
        values = [item for row in found for item in row]
        array = np.array(values, np.int64 if hashed else object)
        indices = np.stack(places, axis=1).astype(np.int64)
        return as_kernel_value(indices), as_kernel_value(array), as_kernel_value(np.array([rows, width], np.int64))

    return compute


register_op(
    "SparseCross",
    inputs="indices: N * int64; values: (sparse_types...); shapes: N * int64; dense_inputs: (dense_types...)",
    outputs="output_indices: int64; output_values: out_type; output_shape: int64",
    attrs=(
        "N: int >= 0; hashed_output: bool; num_buckets: int >= 0; hash_key: int; "
        "sparse_types: list(type) in {int64, string} >= 0; dense_types: list(type) in {int64, string} >= 0; "
        "out_type: type in {int64, string}; internal_type: type in {int64, string}"
    ),
    shape=_cross_shape,
    kernel=_cross_kernel,
    gradient=NO_GRADIENT,
)

"""The nodes of datasets that take sparse tensors apart or make them of dense ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import TensorShape, scalar
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import dataset_sizes as sizes
from convflow.ops import rules
from convflow.ops.dataset_elements import Element, Values
from convflow.ops.dataset_streams import Recipe, Stream
from convflow.ops.sparse.parts import as_kernel_value, as_numpy, check_parts

_ANY_SIZE = -1


def _refused(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


# Rows of a sparse tensor


class _SparseRows:
    """The rows, each as its indices, values and shape."""

    def __init__(self, indices: np.ndarray, items: np.ndarray, shape: np.ndarray) -> None:
        self._indices, self._items, self._shape = indices, items, shape
        self._starts = np.searchsorted(indices[:, 0], np.arange(int(shape[0]) + 1))

    def __iter__(self) -> Iterator[Element]:
        return map(self._row, range(len(self._starts) - 1))

    def _row(self, number: int) -> Values:
        at = slice(self._starts[number], self._starts[number + 1])
        parts = self._indices[at, 1:], self._items[at], self._shape[1:]
        return Values(tuple(as_kernel_value(part.copy()) for part in parts))


def _slices(indices: Any, values: Any, dense_shape: Any) -> Recipe:
    parts = [as_numpy(part).copy() for part in (indices, values, dense_shape)]
    rows = parts[0][:, 0]
    if np.any(rows[1:] < rows[:-1]):
        raise errors.UnimplementedError(
            None,
            None,
            "The SparseTensor must be ordered in the batch dimension; handling arbitrarily ordered input is not "
            f"currently supported. Its first indices are {rows.tolist()[:10]}: use tf.sparse_reorder before.",
        )
    dataset = _SparseRows(*parts)
    return Recipe(lambda: dataset, size=sizes.fixed(int(parts[2][0])))


def _slices_shape(ctx: InferenceContext) -> list[TensorShape]:
    check_parts(ctx, 0)
    return [scalar()]


register_op(
    "SparseTensorSliceDataset",
    inputs="indices: int64; values: Tvalues; dense_shape: int64",
    outputs="handle: variant",
    attrs="Tvalues: type",
    shape=_slices_shape,
    kernel=lambda op, store: _slices,
    gradient=NO_GRADIENT,
    stateful=True,
)


# Dense elements as one sparse batch


class _SparseBatches(Iterator[Element]):
    def __init__(self, source: Iterator[Element], size: int, row_shape: list[int]) -> None:
        self._source, self._size, self._row_shape = source, size, row_shape

    def __next__(self) -> Element:
        rows = [as_numpy(element.components()[0]) for element in islice(self._source, self._size)]
        if not rows:
            raise StopIteration
        for row in rows:
            self._check(row)
        sizes = [
            max(row.shape[axis] for row in rows) if size == _ANY_SIZE else size
            for axis, size in enumerate(self._row_shape)
        ]
        places = [
            np.insert(np.indices(row.shape).reshape(row.ndim, -1).T, 0, number, axis=1)
            for number, row in enumerate(rows)
        ]
        parts = np.concatenate(places), np.concatenate([row.reshape(-1) for row in rows]), np.array([len(rows), *sizes])
        vector = np.empty(3, object)
        for index, part in enumerate(parts):
            vector[index] = part if index == 1 else part.astype(np.int64)
        return Values((vector,))

    def _check(self, row: np.ndarray) -> None:
        if row.ndim != len(self._row_shape):
            raise _refused(
                f"Input element had shape ({list(row.shape)}) that is incompatible with the row shape "
                f"({self._row_shape}): their ranks differ."
            )
        if any(size > room for size, room in zip(row.shape, self._row_shape, strict=True) if room != _ANY_SIZE):
            raise errors.DataLossError(
                None,
                None,
                f"Input element had shape ({list(row.shape)}) that is incompatible with the row shape "
                f"({self._row_shape}): it is larger. Give a larger row_shape, or None for any size.",
            )


def _sparse_batch_kernel(op: Operation) -> Callable[..., Recipe]:
    def make(source: Recipe, batch_size: torch.Tensor, row_shape: torch.Tensor) -> Recipe:
        size, row = int(batch_size), row_shape.tolist()
        if size < 1:
            raise _refused(f"Batch size must be greater than zero, got {size}.")
        return Recipe(
            lambda dataset: Stream(lambda: _SparseBatches(iter(dataset), size, row)),
            (source,),
            size=sizes.batches(size, False),
        )

    return make


def _sparse_batch_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "batch_size")
    rules.with_rank(ctx.input(2), 1, "row_shape")
    return [scalar()]


register_op(
    "DenseToSparseBatchDataset",
    inputs="input_dataset: variant; batch_size: int64; row_shape: int64",
    outputs="handle: variant",
    attrs="output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
    shape=_sparse_batch_shape,
    kernel=_sparse_batch_kernel,
    gradient=NO_GRADIENT,
)

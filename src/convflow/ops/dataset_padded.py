"""Batches of elements of different sizes, padded to one (API: tf.data.Dataset.padded_batch)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import scalar
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import dataset_sizes as sizes
from convflow.ops.dataset_elements import Element, Values
from convflow.ops.dataset_streams import Recipe, Stream

_UNKNOWN = -1


def _padded(column: list[Any], sizes: list[int], padding: Any, component: int) -> Any:
    """The values of one component side by side, each in the corner of its place."""
    shapes = [tuple(value.shape) for value in column]
    if any(len(shape) != len(sizes) for shape in shapes):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"All elements in a batch must have the same rank as the padded shape for component{component}: expected "
            f"rank {len(sizes)} but got elements of the shapes {shapes}.",
        )
    largest = [max(shape[axis] for shape in shapes) for axis in range(len(sizes))]
    target = [have if size == _UNKNOWN else size for size, have in zip(sizes, largest, strict=True)]
    for index, shape in enumerate(shapes):
        if any(size > room for size, room in zip(shape, target, strict=True)):
            raise errors.DataLossError(
                None,
                None,
                f"Attempted to pad to a smaller size than the input element: element {index} of the batch has "
                f"component {component} of shape {list(shape)}, padded_shapes says {sizes}.",
            )
    result = _filled([len(column), *target], padding)
    for index, value in enumerate(column):
        corner = (index, *(slice(size) for size in value.shape))
        result[corner] = value if value.ndim else value.item()
    return result


def _filled(shape: list[int], padding: Any) -> Any:
    if isinstance(padding, torch.Tensor):
        return torch.full(shape, padding.item(), dtype=padding.dtype)
    return np.full(shape, padding.item(), dtype=object)


class _PaddedBatches(Iterator[Element]):
    def __init__(
        self, source: Iterator[Element], size: int, shapes: list[list[int]], paddings: Any, drop: bool
    ) -> None:
        self._source = source
        self._size = size
        self._shapes = shapes
        self._paddings = paddings
        self._drop_remainder = drop

    def __next__(self) -> Element:
        rows = [element.components() for element in islice(self._source, self._size)]
        if not rows or (self._drop_remainder and len(rows) < self._size):
            raise StopIteration
        columns = zip(zip(*rows, strict=True), self._shapes, self._paddings, strict=True)
        return Values(tuple(_padded(list(column), sizes, pad, at) for at, (column, sizes, pad) in enumerate(columns)))


def _kernel(op: Operation) -> Callable[..., Recipe]:
    count = op.attrs["N"]

    def make(source: Recipe, batch_size: torch.Tensor, *rest: Any) -> Recipe:
        size, drop = int(batch_size), bool(rest[-1])
        if size < 1:
            raise errors.InvalidArgumentError(None, None, f"Batch size must be greater than zero, got {size}.")
        shapes = [shape.tolist() for shape in rest[:count]]
        paddings = [pad.clone() if isinstance(pad, torch.Tensor) else pad.copy() for pad in rest[count:-1]]
        return Recipe(
            lambda dataset: Stream(lambda: _PaddedBatches(iter(dataset), size, shapes, paddings, drop)),
            (source,),
            size=sizes.batches(size, drop),
        )

    return make


register_op(
    "PaddedBatchDatasetV2",
    inputs="input_dataset: variant; batch_size: int64; padded_shapes: N * int64; "
    "padding_values: (Toutput_types...); drop_remainder: bool",
    outputs="handle: variant",
    attrs="parallel_copy: bool = false; Toutput_types: list(type) >= 1; output_shapes: list(shape) >= 1; N: int >= 1",
    shape=lambda ctx: [scalar()],
    kernel=_kernel,
    gradient=NO_GRADIENT,
)

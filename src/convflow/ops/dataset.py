"""The nodes behind tf.data.Dataset: each makes a `variant` tensor whose value is a dataset.

The value is an object that can be iterated over (see `dataset_streams`); nothing is read before an iterator asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape, scalar
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.dataset_elements import Element, Joined, Numbers, Slices
from convflow.ops.dataset_shuffle import Shuffled
from convflow.ops.dataset_streams import Batches, Cache, Repeats, Stream

Dataset = Iterable[Element]

_ELEMENTS = "output_types: list(type) >= 1; output_shapes: list(shape) >= 1"
_COMPONENTS = "Toutput_types: list(type) >= 1; output_shapes: list(shape) >= 1"
# What asks tf.data to keep every element in the shuffle buffer, or to choose a prefetch buffer's size.
_UNKNOWN_CARDINALITY = -2
_AUTOTUNE = -1


def _scalars(ctx: InferenceContext) -> list[TensorShape]:
    for index in range(ctx.num_inputs):
        rules.with_rank(ctx.input(index), 0, f"input {index}")
    return [scalar()]


def _refuse(condition: bool, message: str) -> None:
    if condition:
        raise errors.InvalidArgumentError(None, None, message)


def _register_transformation(name: str, inputs: str, kernel: Any, attrs: str = "") -> None:
    register_op(
        name,
        inputs=f"input_dataset: variant; {inputs}",
        outputs="handle: variant",
        attrs=f"{attrs}; {_ELEMENTS}",
        shape=_scalars,
        kernel=kernel,
        gradient=NO_GRADIENT,
    )


# Sources


def _owned_values(op: Operation) -> Callable[..., list[Any]]:
    """The components as values that no later run changes: a variable's or a feed's memory is copied."""
    is_constant = [tensor.op.type == "Const" for tensor in op.inputs]

    def owned(values: tuple[Any, ...]) -> list[Any]:
        return [
            value if constant else value.clone() if isinstance(value, torch.Tensor) else value.copy()
            for value, constant in zip(values, is_constant, strict=True)
        ]

    return owned


def _slices_shape(ctx: InferenceContext) -> list[TensorShape]:
    first: tuple[int, int] | None = None
    for index in range(ctx.num_inputs):
        shape = ctx.input(index)
        if shape.rank == 0:
            raise ValueError(
                f"Component {index} has shape (), but slicing needs a first dimension. "
                "Use Dataset.from_tensors for a single element."
            )
        size = shape[0].value
        if size is None:
            continue
        if first is not None and first[1] != size:
            raise ValueError(
                f"Dimensions {first[1]} and {size} are not compatible: component {first[0]} has {first[1]} rows, "
                f"component {index} has {size}. All components must have the same size in their first dimension."
            )
        first = first or (index, size)
    return [scalar()]


def _slices_kernel(op: Operation, store: Any) -> Callable[..., Dataset]:
    owned = _owned_values(op)

    def make(*components: Any) -> Dataset:
        if any(value.ndim == 0 or len(value) != len(components[0]) for value in components):
            raise ValueError("All components must have the same size in the 0th dimension.")
        return Slices(owned(components))

    return make


register_op(
    "TensorSliceDataset",
    inputs="components: (Toutput_types...)",
    outputs="handle: variant",
    attrs=_COMPONENTS,
    shape=_slices_shape,
    kernel=_slices_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _tensors_kernel(op: Operation, store: Any) -> Callable[..., Dataset]:
    owned = _owned_values(op)
    return lambda *components: Slices([value[None] for value in owned(components)])


register_op(
    "TensorDataset",
    inputs="components: (Toutput_types...)",
    outputs="handle: variant",
    attrs=_COMPONENTS,
    shape=rules.scalar_output,
    kernel=_tensors_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _range_kernel(op: Operation, store: Any) -> Callable[..., Dataset]:
    dtype = op.attrs["output_types"][0]

    def make(start: torch.Tensor, stop: torch.Tensor, step: torch.Tensor) -> Dataset:
        _refuse(int(step) == 0, "step must be a non-zero integer. Pass a positive or negative step.")
        return Numbers(range(int(start), int(stop), int(step)), dtype)

    return make


register_op(
    "RangeDataset",
    inputs="start: int64; stop: int64; step: int64",
    outputs="handle: variant",
    attrs=_ELEMENTS,
    shape=_scalars,
    kernel=_range_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


# Order and number of elements


def _shuffle_kernel(op: Operation) -> Callable[..., Dataset]:
    reshuffle = op.attrs["reshuffle_each_iteration"]

    def make(source: Dataset, buffer_size: Any, seed: Any, seed2: Any) -> Dataset:
        size = int(buffer_size)
        _refuse(
            size < 1 and size != _UNKNOWN_CARDINALITY,
            f"buffer_size must be greater than zero, got {size}. For a perfect shuffle pass the number of elements.",
        )
        return Shuffled(source, None if size == _UNKNOWN_CARDINALITY else size, int(seed), int(seed2), reshuffle)

    return make


_register_transformation(
    "ShuffleDataset",
    "buffer_size: int64; seed: int64; seed2: int64",
    _shuffle_kernel,
    "reshuffle_each_iteration: bool = true",
)


def _repeat(source: Dataset, count: torch.Tensor) -> Dataset:
    number = int(count)
    return Stream(lambda: Repeats(source, number))


def _take(source: Dataset, count: torch.Tensor) -> Dataset:
    number = int(count)
    return source if number < 0 else Stream(lambda: islice(source, number))


def _skip(source: Dataset, count: torch.Tensor) -> Dataset:
    number = int(count)
    return Stream(lambda: islice(source, 0) if number < 0 else islice(source, number, None))


_register_transformation("RepeatDataset", "count: int64", lambda op: _repeat)
_register_transformation("TakeDataset", "count: int64", lambda op: _take)
_register_transformation("SkipDataset", "count: int64", lambda op: _skip)


# Batches


def _batch(source: Dataset, batch_size: torch.Tensor, drop_remainder: torch.Tensor) -> Dataset:
    size, drop = int(batch_size), bool(drop_remainder)
    _refuse(size < 1, f"Batch size must be greater than zero, got {size}.")
    return Stream(lambda: Batches(iter(source), size, drop))


def _parallel_batch(source: Dataset, batch_size: Any, num_parallel_calls: Any, drop_remainder: Any) -> Dataset:
    # A batch is one gather, which PyTorch spreads over its threads anyway.
    return _batch(source, batch_size, drop_remainder)


_register_transformation(
    "BatchDatasetV2",
    "batch_size: int64; drop_remainder: bool",
    lambda op: _batch,
    "parallel_copy: bool = false",
)
_register_transformation(
    "ParallelBatchDataset",
    "batch_size: int64; num_parallel_calls: int64; drop_remainder: bool",
    lambda op: _parallel_batch,
    "parallel_copy: bool = false; deterministic: string = 'default'",
)


# Several datasets, and what is kept


_register_transformation(
    "ConcatenateDataset",
    "another_dataset: variant",
    lambda op: lambda first, second: Stream(lambda: chain.from_iterable((first, second))),
)


def _zip(*sources: Dataset) -> Dataset:
    return Stream(lambda: map(Joined, zip(*sources, strict=False)))


register_op(
    "ZipDataset",
    inputs="input_datasets: N * variant",
    outputs="handle: variant",
    attrs=f"{_ELEMENTS}; N: int >= 1",
    shape=_scalars,
    kernel=lambda op: _zip,
    gradient=NO_GRADIENT,
)


def _cache(source: Dataset, filename: Any) -> Dataset:
    _refuse(
        filename.item() != b"",
        f"Only caching in memory is supported, got the file {filename.item()!r}. Call Dataset.cache() without one.",
    )
    return Cache(source)


_register_transformation("CacheDataset", "filename: string", lambda op: _cache)


def _prefetch(source: Dataset, buffer_size: torch.Tensor) -> Dataset:
    size = int(buffer_size)
    _refuse(size < _AUTOTUNE, f"buffer_size must be >= 0, or -1 to have it chosen, got {size}.")
    return source  # a batch is one gather: working ahead in a thread would cost more than it saves


_register_transformation(
    "PrefetchDataset",
    "buffer_size: int64",
    lambda op: _prefetch,
    "slack_period: int = 0; legacy_autotune: bool = true",
)

"""The nodes behind tf.data.Dataset: each makes a `variant` tensor whose value is a dataset.

The value is a recipe (see `dataset_streams`): an iterator makes the dataset of it, and reads when it is asked.
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
from convflow.ops import dataset_sizes as sizes
from convflow.ops import rules
from convflow.ops.dataset_cache import FileCache
from convflow.ops.dataset_elements import Element, Joined, Numbers, Slices, one_row, rows
from convflow.ops.dataset_elements import owned as owned_value
from convflow.ops.dataset_shuffle import Shuffled
from convflow.ops.dataset_streams import Batches, Cache, Recipe, Repeats, Stream, WithoutErrors
from convflow.ops.dataset_threads import prefetched
from convflow.ops.string import text_of

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


def _source(dataset: Dataset, size: int) -> Recipe:
    return Recipe(lambda: dataset, size=sizes.fixed(size))


def _owned_values(op: Operation) -> Callable[..., list[Any]]:
    """The components as values that no later run changes: a variable's or a feed's memory is copied."""
    is_constant = [tensor.op.type == "Const" for tensor in op.inputs]

    def owned(values: tuple[Any, ...]) -> list[Any]:
        return [value if constant else owned_value(value) for value, constant in zip(values, is_constant, strict=True)]

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


def _slices_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    owned = _owned_values(op)

    def make(*components: Any) -> Recipe:
        if any(value.ndim == 0 or len(value) != len(components[0]) for value in components):
            raise ValueError("All components must have the same size in the 0th dimension.")
        return _source(Slices(owned(components)), len(components[0]))

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


def _tensors_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    owned = _owned_values(op)
    return lambda *components: _source(Slices([one_row(value) for value in owned(components)]), 1)


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


def _range_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    dtype = op.attrs["output_types"][0]

    def make(start: torch.Tensor, stop: torch.Tensor, step: torch.Tensor) -> Recipe:
        _refuse(int(step) == 0, "step must be a non-zero integer. Pass a positive or negative step.")
        numbers = range(int(start), int(stop), int(step))
        # A range may be longer than Python's own count of its numbers can say.
        count = max(0, -(-(numbers.stop - numbers.start) // numbers.step))
        return _source(Numbers(numbers, dtype), count)

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


def _shuffle_kernel(op: Operation) -> Callable[..., Recipe]:
    reshuffle = op.attrs["reshuffle_each_iteration"]

    def make(source: Recipe, buffer_size: torch.Tensor, seed: torch.Tensor, seed2: torch.Tensor) -> Recipe:
        size, seeds = int(buffer_size), (int(seed), int(seed2))
        _refuse(
            size < 1 and size != _UNKNOWN_CARDINALITY,
            f"buffer_size must be greater than zero, got {size}. For a perfect shuffle pass the number of elements.",
        )
        limit = None if size == _UNKNOWN_CARDINALITY else size
        return Recipe(lambda dataset: Shuffled(dataset, limit, *seeds, reshuffle), (source,), size=sizes.same)

    return make


_register_transformation(
    "ShuffleDataset",
    "buffer_size: int64; seed: int64; seed2: int64",
    _shuffle_kernel,
    "reshuffle_each_iteration: bool = true",
)


def _shuffle_and_repeat_kernel(op: Operation) -> Callable[..., Recipe]:
    shuffled = _shuffle_kernel(op)
    return lambda source, buffer_size, seed, seed2, count: _repeat(shuffled(source, buffer_size, seed, seed2), count)


_register_transformation(
    "ShuffleAndRepeatDataset",
    "buffer_size: int64; seed: int64; seed2: int64; count: int64",
    _shuffle_and_repeat_kernel,
    "reshuffle_each_iteration: bool = true",
)


def _repeat(source: Recipe, count: torch.Tensor) -> Recipe:
    number = int(count)
    size = sizes.repeated(number)
    return Recipe(lambda dataset: Stream(lambda: Repeats(dataset, number)), (source,), size=size)


def _take(source: Recipe, count: torch.Tensor) -> Recipe:
    number = int(count)
    if number < 0:
        return source
    return Recipe(lambda dataset: Stream(lambda: islice(dataset, number)), (source,), size=sizes.taken(number))


def _skip(source: Recipe, count: torch.Tensor) -> Recipe:
    number = int(count)
    bounds = (0,) if number < 0 else (number, None)
    return Recipe(lambda dataset: Stream(lambda: islice(dataset, *bounds)), (source,), size=sizes.skipped(number))


def _shard(source: Recipe, num_shards: torch.Tensor, index: torch.Tensor) -> Recipe:
    count, which = int(num_shards), int(index)
    _refuse(count < 1, f"Number of shards must be greater than zero (currently num_shards = {count}).")
    _refuse(
        not 0 <= which < count, f"Index must be between 0 and {count - 1} (currently index = {which}, {count} shards)."
    )
    size = sizes.shard(count, which)
    return Recipe(lambda dataset: Stream(lambda: islice(dataset, which, None, count)), (source,), size=size)


_register_transformation("RepeatDataset", "count: int64", lambda op: _repeat)
_register_transformation("TakeDataset", "count: int64", lambda op: _take)
_register_transformation("SkipDataset", "count: int64", lambda op: _skip)
_register_transformation(
    "ShardDataset", "num_shards: int64; index: int64", lambda op: _shard, "require_non_empty: bool = false"
)


# Batches


def _batch(source: Recipe, batch_size: torch.Tensor, drop_remainder: torch.Tensor) -> Recipe:
    size, drop = int(batch_size), bool(drop_remainder)
    _refuse(size < 1, f"Batch size must be greater than zero, got {size}.")
    count = sizes.batches(size, drop)
    return Recipe(lambda dataset: Stream(lambda: Batches(iter(dataset), size, drop)), (source,), size=count)


def _parallel_batch(source: Recipe, batch_size: Any, num_parallel_calls: Any, drop_remainder: Any) -> Recipe:
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


def _unbatch(source: Recipe) -> Recipe:
    return Recipe(lambda dataset: Stream(lambda: chain.from_iterable(map(rows, dataset))), (source,))


_register_transformation("UnbatchDataset", "", lambda op: _unbatch)


def _ignore_errors_kernel(op: Operation) -> Callable[[Recipe], Recipe]:
    log_warning = bool(op.attrs["log_warning"])
    return lambda source: Recipe(lambda dataset: Stream(lambda: WithoutErrors(iter(dataset), log_warning)), (source,))


_register_transformation("IgnoreErrorsDataset", "", _ignore_errors_kernel, "log_warning: bool = false")


# Several datasets, and what is kept


def _concatenate(*sources: Recipe) -> Recipe:
    return Recipe(lambda *datasets: Stream(lambda: chain.from_iterable(datasets)), sources, size=sizes.together)


def _zip(*sources: Recipe) -> Recipe:
    size = sizes.side_by_side
    return Recipe(lambda *datasets: Stream(lambda: map(Joined, zip(*datasets, strict=False))), sources, size=size)


_register_transformation("ConcatenateDataset", "another_dataset: variant", lambda op: _concatenate)
register_op(
    "ZipDataset",
    inputs="input_datasets: N * variant",
    outputs="handle: variant",
    attrs=f"{_ELEMENTS}; N: int >= 1",
    shape=_scalars,
    kernel=lambda op: _zip,
    gradient=NO_GRADIENT,
)


def _cache(source: Recipe, filename: Any) -> Recipe:
    prefix = text_of(filename.item())
    make: Callable[..., Dataset] = (lambda dataset: FileCache(dataset, prefix)) if prefix else Cache
    return Recipe(make, (source,), size=sizes.same)


_register_transformation("CacheDataset", "filename: string", lambda op: _cache)


def _prefetch(source: Recipe, buffer_size: torch.Tensor) -> Recipe:
    size = int(buffer_size)
    _refuse(size < _AUTOTUNE, f"buffer_size must be >= 0, or -1 to have it chosen, got {size}.")
    if size == 0 or not source.is_work:
        return source  # a batch is one gather: working ahead in a thread would cost more than it saves
    return Recipe(lambda dataset: Stream(lambda: prefetched(iter(dataset), size)), (source,), size=sizes.same)


_register_transformation(
    "PrefetchDataset",
    "buffer_size: int64",
    lambda op: _prefetch,
    "slack_period: int = 0; legacy_autotune: bool = true",
)

"""Datasets of chosen elements (API: tf.data.experimental.sample_from_datasets, group_by_window ...)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.input import chosen, structure
from convflow.input.dataset import Dataset
from convflow.input.experimental import Transformation, scan
from convflow.input.nested import Node
from convflow.ops.array.constant import constant
from convflow.ops.array.gather import gather
from convflow.ops.array.passing import ensure_shape
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.stack import stack
from convflow.ops.assert_compare import assert_less
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.arithmetic import add
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import less, less_equal, logical_and
from convflow.ops.math.elementwise import log
from convflow.ops.math.reduce import reduce_min
from convflow.ops.math.select import where
from convflow.ops.random_stateless import stateless_multinomial

Function = Callable[..., Any]
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


class RandomDataset(Dataset):
    """Random int64 numbers from 0 to 2 ** 32 - 1, without end (API: tf.data.experimental.RandomDataset).

    Args:
        seed: with the graph's seed decides the numbers, which are then TensorFlow's.
        rerandomize_each_iteration: 2.x's; every iteration gives the same numbers.
    """

    def __init__(self, seed: Any = None, rerandomize_each_iteration: Any = None, name: str | None = None) -> None:
        super().__init__(chosen.random_numbers(seed))


def counter(start: Any = 0, step: Any = 1, dtype: Any = dtypes.int64) -> Dataset:
    """start, start + step, and so on, without end (API: tf.data.experimental.Counter).

    Args:
        dtype: of the numbers, scalars.
    """
    with name_scope("counter"):
        first = convert_to_tensor(start, dtypes.as_dtype(dtype), name="start")
        distance = convert_to_tensor(step, dtypes.as_dtype(dtype), name="step")
        return Dataset.from_tensors(0).repeat(None).apply(scan(first, lambda state, _: (add(state, distance), state)))


def choose_from_datasets(
    datasets: Sequence[Dataset], choice_dataset: Dataset, stop_on_empty_dataset: bool = False
) -> Dataset:
    """Elements of several datasets, as a dataset of their numbers says.

    API: tf.data.experimental.choose_from_datasets, tf.contrib.data.choose_from_datasets.

    Args:
        datasets: of one structure and types.
        choice_dataset: int64 scalars, each the number of the dataset that gives the next element.
        stop_on_empty_dataset: end with the first dataset that is asked past its end; it is skipped otherwise.

    Raises:
        TypeError: `choice_dataset` is none of int64 scalars, or the datasets' types differ.
    """
    if choice_dataset.output_types is not dtypes.int64 or choice_dataset.output_shapes.rank != 0:
        raise TypeError(
            "`choice_dataset` must be a dataset of scalar `tf.int64` tensors, got "
            f"{choice_dataset.output_types!r} of shape {choice_dataset.output_shapes}."
        )
    nodes = [dataset._node for dataset in datasets]
    return Dataset(chosen.directed(choice_dataset._node, nodes, stop_on_empty_dataset))


def sample_from_datasets(
    datasets: Sequence[Dataset], weights: Any = None, seed: Any = None, stop_on_empty_dataset: bool = False
) -> Dataset:
    """Elements of several datasets, each drawn at random (API: tf.data.experimental.sample_from_datasets).

    Args:
        datasets: of one structure and types; those that end are left out from then on.
        weights: floating, how likely each is drawn; alike if None. A tensor, a list, or a dataset of such tensors.
        seed: with the graph's seed decides the draws, which are then TensorFlow's.
        stop_on_empty_dataset: end with the first dataset that ends.

    Raises:
        ValueError: not a weight for each dataset.
    """
    count = len(datasets)
    if isinstance(weights, Dataset):
        logits: Any = weights.map(lambda *row: log(row, name="logits"))
    elif weights is None:
        logits = np.log(np.ones([1, count]) / count)
    else:
        given = convert_to_tensor(weights, name="weights")
        if given.shape.rank not in (None, 1) or given.shape.with_rank(1)[0].value not in (None, count):
            raise ValueError(f"`weights` must be a vector of length {count}, one for each dataset; got {given}.")
        logits = expand_dims(log(given, name="logits"), 0)
    seeds = RandomDataset(seed).batch(2)
    if isinstance(logits, Dataset):
        selector = Dataset.zip((logits, seeds)).map(lambda row, pair: _drawn(row, pair))
    else:
        selector = seeds.map(lambda pair: _drawn(logits, pair))
    return Dataset(chosen.directed(selector._node, [data._node for data in datasets], stop_on_empty_dataset))


def _drawn(logits: Any, seed: Tensor) -> Tensor:
    return squeeze(stateless_multinomial(logits, 1, seed=seed), axis=[0, 1])


def unique() -> Transformation:
    """Each value once, where it comes first (API: tf.data.experimental.unique).

    The elements are int32, int64 or string tensors, TypeError otherwise.
    """
    return lambda data: Dataset(chosen.unique(data._node))


def group_by_window(
    key_func: Function,
    reduce_func: Callable[[Tensor, Dataset], Dataset],
    window_size: Any = None,
    window_size_func: Function | None = None,
) -> Transformation:
    """Elements with the same key, collected and made a dataset (API: tf.data.experimental.group_by_window).

    Args:
        key_func: an element's key, an int64 scalar.
        reduce_func: takes a key and a dataset of up to `window_size` elements, returns the dataset of what comes out.
        window_size: how many elements are collected; or
        window_size_func: how many, by key.

    Raises:
        ValueError: both or none of the last two. TypeError: `reduce_func` returns no dataset.
    """
    if (window_size is None) == (window_size_func is None):
        raise ValueError("Must pass either `window_size` or `window_size_func`, one of the two.")
    size: Any = (lambda key: constant(window_size, dtypes.int64)) if window_size_func is None else window_size_func
    if window_size is not None and not isinstance(window_size, int):
        given = convert_to_tensor(window_size, dtypes.int64, name="window_size")
        size = lambda key: given  # noqa: E731 (a function of the key, as the other one)

    def reduced(key: Tensor, window: Node) -> Node:
        result = reduce_func(key, Dataset(window))
        if not isinstance(result, Dataset):
            raise TypeError(f"`reduce_func` must return a `Dataset`, got {result!r} of type {type(result).__name__}.")
        return result._node

    return lambda data: Dataset(chosen.grouped(data._node, key_func, reduced, size))


def bucket_by_sequence_length(
    element_length_func: Function,
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Transformation:
    """Batches of elements of similar length, padded (API: tf.data.experimental.bucket_by_sequence_length).

    Args:
        element_length_func: an element's length, an int32 scalar.
        bucket_boundaries: lengths that separate the buckets, growing.
        bucket_batch_sizes: elements in a batch of each bucket, one more than boundaries.
        padded_shapes, padding_values: see `Dataset.padded_batch`; by default unknown sizes are padded.
        pad_to_bucket_boundary: pad to the boundary less 1 instead of to the longest of a batch. There may be no
            element as long as the last boundary.
        no_padding: batch without padding.
        drop_remainder: leave smaller batches at the end out.

    Raises:
        ValueError: not one batch size more than boundaries.
    """
    sizes = list(bucket_batch_sizes)
    if len(sizes) != len(bucket_boundaries) + 1:
        raise ValueError(
            f"`len(bucket_batch_sizes)` must equal `len(bucket_boundaries) + 1` but {len(sizes)} vs. "
            f"{len(bucket_boundaries)} boundaries were given."
        )
    bounds = list(bucket_boundaries)

    def bucket_of(*element: Any) -> Tensor:
        length = cast(element_length_func(*element), dtypes.int32)
        above = constant([*bounds, dtypes.int32.max], dtypes.int32)
        below = constant([dtypes.int32.min, *bounds], dtypes.int32)
        return reduce_min(where(logical_and(less_equal(below, length), less(length, above))))

    per_bucket = constant(sizes, dtypes.int64)

    def size_of(bucket: Tensor) -> Tensor:
        return gather(per_bucket, bucket)

    def shapes_of(data: Dataset, filled: Any) -> Any:
        given = data.output_shapes if padded_shapes is None else padded_shapes
        known = [_filled(shape, filled) for shape in structure.flatten_up_to(data.output_types, given)]
        return structure.pack(data.output_types, known)

    def batched(bucket: Tensor, data: Dataset) -> Dataset:
        size = size_of(bucket)
        if no_padding:
            return data.batch(size, drop_remainder)
        filled = None
        if pad_to_bucket_boundary:
            last = constant(len(bounds), dtypes.int64)
            short = assert_less(bucket, last, message="An element is as long as the last bucket boundary or longer")
            place = with_dependencies([short], bucket)
            filled = add(gather(constant(bounds, dtypes.int64), place), -1)
        return data.padded_batch(size, shapes_of(data, filled), padding_values, drop_remainder)

    return group_by_window(bucket_of, batched, window_size_func=size_of)


def _filled(shape: Any, filled: Tensor | None) -> Any:
    """A padded shape, with the bucket's boundary in the places of unknown sizes."""
    sizes = [None if size == -1 else size for size in (shape if isinstance(shape, list) else as_shape(shape).as_list())]
    if filled is None:
        return sizes
    return stack([filled if size is None else constant(size, dtypes.int64) for size in sizes])


def get_single_element(dataset: Dataset) -> Any:
    """The only element of a dataset, as tensors (API: tf.data.experimental.get_single_element).

    Args:
        dataset: a `tf.data.Dataset` of one element.

    Returns:
        A structure of tensors, as an element of the dataset.

    Raises:
        TypeError: no dataset. tf.errors.InvalidArgumentError: (in the run) there are none, or more.
    """
    if not isinstance(dataset, Dataset):
        raise TypeError(f"The `dataset` argument must be a tf.data.Dataset, got {dataset!r}.")
    return chosen.single_element(dataset._node)


def prefetch_to_device(device: Any, buffer_size: Any = None) -> Transformation:
    """See `Dataset.prefetch` (API: tf.data.experimental.prefetch_to_device).

    Args:
        device: accepted; values live on the CPU.
        buffer_size: 1 if None.
    """
    return lambda data: data.prefetch(1 if buffer_size is None else buffer_size)


def copy_to_device(target_device: Any, source_device: Any = "/cpu:0") -> Transformation:
    """The dataset: values live on the CPU (API: tf.data.experimental.copy_to_device).

    Args:
        target_device, source_device: accepted: there is one device.

    Returns:
        A function for `Dataset.apply`, which returns the dataset itself.
    """
    return lambda data: data


def batch_and_drop_remainder(batch_size: Any) -> Transformation:
    """Batches of that size only (API: tf.contrib.data.batch_and_drop_remainder).

    Args:
        batch_size: an int64 scalar or number; what is left over at the end is dropped.

    Returns:
        A function for `Dataset.apply`.
    """
    return lambda data: data.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size: Any, padded_shapes: Any, padding_values: Any = None) -> Transformation:
    """Padded batches of that size only (API: tf.contrib.data.padded_batch_and_drop_remainder).

    Args:
        batch_size: an int64 scalar or number; what is left over at the end is dropped.
        padded_shapes: a shape for each component; None or -1 in it for the largest size of the batch.
        padding_values: a scalar for each component; zeros and empty strings if None.

    Returns:
        A function for `Dataset.apply`.
    """
    return lambda data: data.padded_batch(batch_size, padded_shapes, padding_values, drop_remainder=True)


def assert_element_shape(expected_shapes: Any) -> Transformation:
    """Elements whose shapes are checked and known from here on (API: tf.contrib.data.assert_element_shape).

    Args:
        expected_shapes: in the form of the elements.

    Raises:
        ValueError: known shapes that contradict them. tf.errors.InvalidArgumentError: (when read) other shapes.
    """

    def checked(*element: Any) -> Any:
        whole = element if len(element) > 1 else element[0]
        shapes = structure.flatten_up_to(whole, expected_shapes)
        leaves = [ensure_shape(leaf, shape) for leaf, shape in zip(structure.flatten(whole), shapes, strict=True)]
        return structure.pack(whole, leaves)

    return lambda data: data.map(checked)

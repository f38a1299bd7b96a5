"""Transformations to pass to `Dataset.apply` (API: tf.data.experimental, tf.contrib.data)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.input import mapped, transforms
from convflow.input.dataset import AUTOTUNE, Dataset
from convflow.input.readers import TFRecordDataset
from convflow.ops.parsing import parse_example
from convflow.ops.reader import ReaderBase

Transformation = Callable[[Dataset], Dataset]


def map_and_batch(
    map_func: Callable[..., Any],
    batch_size: Any,
    num_parallel_batches: Any = None,
    drop_remainder: Any = False,
    num_parallel_calls: Any = None,
) -> Transformation:
    """`Dataset.map` and then `Dataset.batch` as one node (API: tf.data.experimental.map_and_batch).

    Args:
        num_parallel_batches: batches computed at a time; or
        num_parallel_calls: elements computed at a time, -1 for one for each processor.

    Raises:
        ValueError: both are given.
    """
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError("`map_and_batch` allows only one of `num_parallel_batches` and `num_parallel_calls`.")
    calls = batch_size if num_parallel_calls is None else num_parallel_calls
    if num_parallel_batches is not None:
        calls = batch_size * num_parallel_batches
    return lambda data: Dataset(mapped.mapped_and_batched(data._node, map_func, batch_size, calls, drop_remainder))


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: Any = None) -> Transformation:
    """`Dataset.shuffle` and then `Dataset.repeat` as one node (API: tf.data.experimental.shuffle_and_repeat).

    Args:
        buffer_size: elements that wait to be drawn, an int64 scalar or number.
        count: how often the dataset is gone through, an int64 scalar or number; None or -1 for without end.
        seed: of the order; see `tf.set_random_seed`.

    Returns:
        A function for `Dataset.apply`.
    """
    return lambda data: Dataset(transforms.shuffle_and_repeat(data._node, buffer_size, count, seed))


def scan(initial_state: Any, scan_func: Callable[..., Any]) -> Transformation:
    """`scan_func(state, element)` gives the next state and an output element (API: tf.data.experimental.scan).

    Args:
        initial_state: a structure of tensors or values.
        scan_func: takes a state and an element, returns a state of the same types and the output element.

    Returns:
        A function for `Dataset.apply`.
    """
    return lambda data: Dataset(mapped.scanned(data._node, initial_state, scan_func))


def map_and_batch_with_legacy_function(
    map_func: Callable[..., Any],
    batch_size: Any,
    num_parallel_batches: Any = None,
    drop_remainder: Any = False,
    num_parallel_calls: Any = None,
) -> Transformation:
    """`map_and_batch`; here there is one kind of function
    (API: tf.data.experimental.map_and_batch_with_legacy_function).

    Args:
        map_func: takes an element as tensors, returns a structure of tensors.
        batch_size: elements in a batch, an int64 scalar or number.
        num_parallel_batches: batches computed at a time; or
        num_parallel_calls: elements computed at a time, -1 for one for each processor.
        drop_remainder: leave a last, smaller batch out.

    Returns:
        A function for `Dataset.apply`.

    Raises:
        ValueError: both `num_parallel_batches` and `num_parallel_calls` are given.
    """
    return map_and_batch(map_func, batch_size, num_parallel_batches, drop_remainder, num_parallel_calls)


def dense_to_sparse_batch(batch_size: Any, row_shape: Any) -> Transformation:
    """Tensors of different sizes as the rows of one sparse tensor (API: tf.data.experimental.dense_to_sparse_batch,
    tf.contrib.data.dense_to_sparse_batch).

    Args:
        batch_size: elements in a batch, an int64 scalar or number.
        row_shape: of each row in the result; None or -1 in it for the largest of a batch.

    Returns:
        A function for `Dataset.apply`; elements become a `tf.SparseTensor` of shape (rows, ...) in which every element
        of the tensors stands, zeros too.

    Raises:
        TypeError: elements of more than one component.
        tf.errors.InvalidArgumentError, tf.errors.DataLossError: (when read) an element of another rank, a larger one.
    """
    return lambda data: Dataset(transforms.sparse_batch(data._node, batch_size, row_shape))


def unbatch() -> Transformation:
    """See `Dataset.unbatch` (API: tf.data.experimental.unbatch)."""
    return lambda data: data.unbatch()


def take_while(predicate: Callable[..., Any]) -> Transformation:
    """See `Dataset.take_while` (API: tf.data.experimental.take_while).

    Args:
        predicate: takes an element, returns a bool scalar tensor.

    Returns:
        A function for `Dataset.apply`; it keeps the elements up to the first for which `predicate` is false.
    """
    return lambda data: data.take_while(predicate)


def enumerate_dataset(start: int = 0) -> Transformation:
    """See `Dataset.enumerate` (API: tf.data.experimental.enumerate_dataset).

    Args:
        start: the number of the first element.

    Returns:
        A function for `Dataset.apply`; elements become pairs of an int64 number and an element.
    """
    return lambda data: data.enumerate(start)


def parallel_interleave(
    map_func: Callable[..., Any],
    cycle_length: Any,
    block_length: Any = 1,
    sloppy: bool | None = False,
    buffer_output_elements: Any = None,
    prefetch_input_elements: Any = None,
) -> Transformation:
    """See `Dataset.interleave`; the order is always that of one reader (API: tf.data.experimental.parallel_interleave).

    Args:
        sloppy, buffer_output_elements, prefetch_input_elements: accepted; they trade order for speed in TensorFlow.
    """
    return lambda data: data.interleave(map_func, cycle_length, block_length, num_parallel_calls=AUTOTUNE)


def ignore_errors(log_warning: bool = False) -> Transformation:
    """Leave out elements whose making fails (API: tf.data.experimental.ignore_errors).

    Args:
        log_warning: warn of each.
    """
    return lambda data: Dataset(transforms.without_errors(data._node, log_warning))


def parse_example_dataset(
    features: Mapping[str, Any], num_parallel_calls: Any = 1, deterministic: bool | None = None
) -> Transformation:
    """Batches of serialized examples as their features (API: tf.data.experimental.parse_example_dataset).

    Args:
        features: see `tf.parse_example`.
        num_parallel_calls: batches parsed at a time, -1 for one for each processor.

    Raises:
        ValueError: there are no features. TypeError: the dataset's elements are no vectors of strings.
    """
    if not features:
        raise ValueError("Argument `features` is missing: give a feature for each name to be parsed.")

    def parsed(data: Dataset) -> Dataset:
        if data.output_types is not dtypes.string or data.output_shapes.rank not in (None, 1):
            raise TypeError(
                f"Input dataset should be a dataset of vectors of strings, got {data.output_types!r} of shape "
                f"{data.output_shapes}. Call batch before."
            )
        return data.map(lambda serialized: parse_example(serialized, features), num_parallel_calls)

    return parsed


def shuffled_epochs(data: Dataset, num_epochs: Any, shuffle: bool, buffer_size: Any, seed: Any) -> Dataset:
    """`data` shuffled where that is asked for, and repeated unless it is read once."""
    data = data.shuffle(buffer_size, seed) if shuffle else data
    return data if num_epochs == 1 else data.repeat(num_epochs)


def make_batched_features_dataset(
    file_pattern: Any,
    batch_size: Any,
    features: Mapping[str, Any],
    reader: Callable[..., Dataset] | None = None,
    label_key: str | None = None,
    reader_args: Sequence[Any] | None = None,
    num_epochs: Any = None,
    shuffle: bool = True,
    shuffle_buffer_size: Any = 10000,
    shuffle_seed: Any = None,
    prefetch_buffer_size: Any = None,
    reader_num_threads: Any = None,
    parser_num_threads: Any = None,
    sloppy_ordering: bool = False,
    drop_final_batch: bool = False,
) -> Dataset:
    """Batches of the features in files of `tf.train.Example`.

    API: tf.data.experimental.make_batched_features_dataset, tf.contrib.data.make_batched_features_dataset.

    Args:
        file_pattern: a name with wildcards, or a list of them.
        batch_size: examples in each batch.
        features: see `tf.parse_example`.
        reader: makes a dataset of serialized examples, or of pairs of keys and examples, of a file's name and
            `reader_args`; `TFRecordDataset` by default.
        label_key: the feature that is handed out apart: elements are then pairs.
        num_epochs: how often; None for endlessly.
        reader_num_threads: from how many files in turn.
        parser_num_threads: batches parsed at a time, 2 by default.
        sloppy_ordering: accepted; the order is always that of one reader.
        drop_final_batch: leave a last, smaller batch out.

    Raises:
        ValueError: `label_key` is none of `features`.
        TypeError: `reader` makes no dataset.
    """
    if label_key and label_key not in features:
        raise ValueError(
            f"The `label_key` provided ({label_key}) must be one of the `features` keys: {list(features)}."
        )
    if isinstance(reader, type) and issubclass(reader, ReaderBase):
        raise TypeError(
            "The `reader` argument must return a `Dataset` object. `tf.ReaderBase` subclasses are not supported. For "
            "example, pass `tf.data.TFRecordDataset` instead of `tf.TFRecordReader`."
        )
    make: Any = reader or TFRecordDataset
    arguments = reader_args or ()
    data = Dataset.list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    data = data.interleave(lambda name: make(name, *arguments), cycle_length=reader_num_threads or 1, block_length=1)
    if data.output_types == (dtypes.string, dtypes.string):
        data = data.map(lambda _, value: value)
    data = shuffled_epochs(data, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    data = data.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    data = data.apply(parse_example_dataset(features, parser_num_threads or 2))
    if label_key:
        data = data.map(lambda found: (found, found.pop(label_key)))
    return data.prefetch(AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)

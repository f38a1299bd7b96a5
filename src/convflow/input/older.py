"""Functions that only tf.contrib.data had, after the interface of 1.15."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.input.choice import get_single_element
from convflow.input.dataset import Dataset
from convflow.input.experimental import Transformation
from convflow.input.grouping import Reducer, group_by_reducer
from convflow.input.nested import Node
from convflow.input.readers import TFRecordDataset
from convflow.ops.parsing import parse_example


def reduce_dataset(dataset: Dataset, reducer: Reducer) -> Any:
    """All elements folded into one (API: tf.contrib.data.reduce_dataset).

    Args:
        dataset: a `tf.data.Dataset`.
        reducer: a `Reducer`; its functions get the key 0. An empty dataset gives what it makes of the first state.

    Returns:
        A structure of tensors, what `finalize_func` returns.

    Raises:
        TypeError: `dataset` is none.
    """
    if not isinstance(dataset, Dataset):
        raise TypeError(f"The `dataset` argument must be a tf.data.Dataset, got {dataset!r}.")
    first = reducer.init_func(np.int64(0))
    plain = isinstance(first, tuple) and not hasattr(first, "_fields")
    if_empty = Dataset.from_tensors(reducer.finalize_func(*first) if plain else reducer.finalize_func(first))
    folded = dataset.apply(group_by_reducer(lambda *element: np.int64(0), reducer))
    return get_single_element(folded.concatenate(if_empty).take(1))


def sliding_window_batch(
    window_size: Any, stride: Any = None, window_shift: Any = None, window_stride: Any = 1
) -> Transformation:
    """Batches of neighbouring elements that overlap (API: tf.contrib.data.sliding_window_batch).

    Args:
        window_size: elements in a batch; smaller ones at the end are left out.
        stride: an older name of `window_shift`.
        window_shift: from the first element of a batch to the first of the next; 1 if both are None.
        window_stride: from one element of a batch to the next.

    Returns:
        A function for `Dataset.apply`.

    Raises:
        ValueError: both `stride` and `window_shift` are given.
    """
    if stride is not None and window_shift is not None:
        raise ValueError("Cannot specify both `stride` and `window_shift`. Leave out `stride`, the older name.")
    shift = window_shift if stride is None else stride
    return lambda data: Dataset(_slid(data._node, window_size, 1 if shift is None else shift, window_stride))


def _slid(source: Node, size: Any, shift: Any, stride: Any) -> Node:
    given = {"window_size": size, "window_shift": shift, "window_stride": stride}
    inputs: dict[str, Any] = {name: convert_to_tensor(value, dtypes.int64, name) for name, value in given.items()}
    spec = source.spec.batched(None)
    return Node(apply_op("SlidingWindowDataset", input_dataset=source.variant, **inputs, **spec.attrs), spec)


def read_batch_features(
    file_pattern: Any,
    batch_size: Any,
    features: Mapping[str, Any],
    reader: Any = TFRecordDataset,
    reader_args: Sequence[Any] | None = None,
    randomize_input: bool = True,
    num_epochs: Any = None,
    capacity: Any = 10000,
) -> Any:
    """Batches of the features in files of `tf.train.Example`, as tensors (API: tf.contrib.data.read_batch_features).

    Args:
        file_pattern: a name with wildcards, or a list of them.
        batch_size: examples in a batch, an int64 scalar or number.
        features: see `tf.parse_example`.
        reader: makes a dataset of serialized examples, or of pairs of keys and examples, of file names and
            `reader_args`.
        reader_args: more arguments of `reader`.
        randomize_input: whether files and examples come in random order.
        num_epochs: how often; None for endlessly.
        capacity: examples that wait to be drawn.

    Returns:
        A dict of tensors and sparse tensors, another batch in each run.
    """
    names = Dataset.list_files(file_pattern, shuffle=randomize_input)
    data = reader(names, *(reader_args or ()))
    if data.output_types == (dtypes.string, dtypes.string):
        data = data.map(lambda _, value: value)
    data = data if num_epochs == 1 else data.repeat(num_epochs)
    data = data.shuffle(capacity) if randomize_input else data
    data = data.batch(batch_size).map(lambda serialized: parse_example(serialized, features)).prefetch(1)
    return data.make_one_shot_iterator().get_next()

"""Datasets of chosen elements. The orders and batches written out here are TensorFlow 2.21's for the same programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf

experimental = tf.data.experimental
Dataset = tf.data.Dataset


@pytest.fixture(autouse=True)
def _fresh_graph() -> Any:
    with tf.Graph().as_default():
        tf.set_random_seed(5)
        yield


def _elements(data: Any, most: int = 14) -> list[Any]:
    iterator = data.make_initializable_iterator()
    element, found = iterator.get_next(), []
    with tf.Session() as session:
        session.run(iterator.initializer)
        try:
            for _ in range(most):
                found.append(session.run(element))
        except tf.errors.OutOfRangeError:
            pass
    return [value.tolist() for value in found]


def _lengths(*lengths: int) -> Any:
    return Dataset.from_generator(lambda: ([1] * length for length in lengths), tf.int32, [None])


def test_group_by_window() -> None:
    data = Dataset.range(10)
    by_size = data.apply(experimental.group_by_window(lambda x: x % 2, lambda key, d: d.batch(3), window_size=3))
    assert by_size.output_shapes.as_list() == [None]
    assert _elements(by_size) == [[0, 2, 4], [1, 3, 5], [6, 8], [7, 9]]
    by_key = experimental.group_by_window(lambda x: x % 2, lambda key, d: d.batch(3), window_size_func=lambda k: k + 1)
    assert _elements(data.apply(by_key)) == [[0], [2], [1, 3], [4], [6], [5, 7], [8], [9]]


def test_bucket_by_sequence_length() -> None:
    data = _lengths(1, 5, 2, 7, 3, 3)
    data = data.apply(experimental.bucket_by_sequence_length(tf.size, [3, 6], [2, 2, 2]))
    assert _elements(data) == [
        [[1, 0], [1, 1]],
        [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]],
        [[1, 1, 1]],
        [[1, 1, 1, 1, 1, 1, 1]],
    ]


def test_bucket_padded_to_its_boundary() -> None:
    settings: dict[str, Any] = {"pad_to_bucket_boundary": True, "padding_values": 7}
    data = _lengths(1, 4, 2, 4, 3, 3).apply(
        experimental.bucket_by_sequence_length(tf.size, [3, 6], [2, 2, 2], **settings)
    )
    full = [1, 1, 1, 1, 7]
    assert _elements(data) == [[[1, 7], [1, 1]], [full, full], [[1, 1, 1, 7, 7], [1, 1, 1, 7, 7]]]
    long = _lengths(9).apply(experimental.bucket_by_sequence_length(tf.size, [3, 6], [2, 2, 2], **settings))
    with pytest.raises(tf.errors.InvalidArgumentError, match="as long as the last bucket boundary or longer"):
        _elements(long)


def test_choose_from_datasets() -> None:
    choice = Dataset.from_tensor_slices(np.array([0, 1, 1, 1, 1, 0, 0], np.int64))
    several = [Dataset.range(5), Dataset.range(100, 103)]
    assert _elements(experimental.choose_from_datasets(several, choice)) == [0, 100, 101, 102, 1, 2]
    stopped = experimental.choose_from_datasets(several, choice, stop_on_empty_dataset=True)
    assert _elements(stopped) == [0, 100, 101, 102]


def test_sample_from_datasets_draws_as_tensorflow() -> None:
    several = [Dataset.range(5), Dataset.range(100, 103)]
    weighted = experimental.sample_from_datasets(several, [0.3, 0.7], seed=3)
    assert _elements(weighted) == [0, 100, 1, 101, 102, 2, 3, 4]
    alike = experimental.sample_from_datasets(several, seed=3)
    assert _elements(alike) == [0, 100, 1, 2, 101, 3, 102, 4]


def test_random_dataset_is_tensorflows() -> None:
    numbers = [3949691112, 1216040066, 825314089, 3986316358, 3335442075]
    assert _elements(experimental.RandomDataset(seed=4), most=5) == numbers


def test_counter_and_unique() -> None:
    assert _elements(experimental.Counter(start=3, step=2).take(3)) == [3, 5, 7]
    assert _elements(Dataset.from_tensor_slices([1, 2, 1, 3, 2]).apply(experimental.unique())) == [1, 2, 3]
    words = Dataset.from_tensor_slices(["a", "b", "a"]).apply(tf.contrib.data.unique())
    assert _elements(words.map(tf.strings.length)) == [1, 1]


def test_single_element() -> None:
    with tf.Session() as session:
        assert session.run(experimental.get_single_element(Dataset.range(3, 4))) == 3
        for stop, problem in ((3, "was empty"), (5, "had more than one element")):
            with pytest.raises(tf.errors.InvalidArgumentError, match=f"Dataset {problem}"):
                session.run(experimental.get_single_element(Dataset.range(3, stop)))


def test_cache_in_a_file_is_read_by_later_runs(tmp_path: Path) -> None:
    prefix = str(tmp_path / "kept")
    first = Dataset.from_tensor_slices(([1, 2, 3], ["a", "b", "c"])).cache(prefix).map(lambda number, _: number)
    assert _elements(first) == [1, 2, 3]
    # TensorFlow's names.
    assert tf.train.list_variables(prefix)[:3] == [("      0_0", []), ("      0_1", []), ("      1_0", [])]
    other = Dataset.from_tensor_slices(([7], ["z"])).cache(prefix).map(lambda number, text: tf.strings.length(text))
    assert _elements(other) == [1, 1, 1]


def test_a_cache_that_was_not_read_to_its_end_leaves_no_file(tmp_path: Path) -> None:
    assert _elements(Dataset.range(5).cache(str(tmp_path / "kept")).take(2)) == [0, 1]
    assert not (tmp_path / "kept.index").exists()


def test_old_names_of_contrib() -> None:
    contrib = tf.contrib.data
    batches = Dataset.range(7).apply(contrib.batch_and_drop_remainder(3))
    assert batches.output_shapes.as_list() == [3]
    assert _elements(batches) == [[0, 1, 2], [3, 4, 5]]
    padded = _lengths(1, 2, 3).apply(contrib.padded_batch_and_drop_remainder(2, [None]))
    assert _elements(padded) == [[[1, 0], [1, 1]]]
    moved = Dataset.range(2).apply(contrib.prefetch_to_device("/gpu:0")).apply(contrib.copy_to_device("/gpu:0"))
    assert _elements(moved) == [0, 1]
    shaped = _lengths(2, 2).apply(contrib.assert_element_shape([2]))
    assert shaped.output_shapes.as_list() == [2]
    with pytest.raises(tf.errors.InvalidArgumentError, match="2"):
        _elements(_lengths(3).apply(contrib.assert_element_shape([2])))


def test_options_are_kept_and_merged() -> None:
    first, second = tf.data.Options(), tf.data.Options()
    first.experimental_deterministic = False
    second.experimental_optimization.map_parallelization = True
    data = Dataset.range(3).with_options(first).with_options(second)
    assert data.options().experimental_deterministic is False
    assert data.options().experimental_optimization.map_parallelization is True
    assert data.options().experimental_threading.private_threadpool_size is None
    assert _elements(data) == [0, 1, 2]
    with pytest.raises(AttributeError, match="Cannot set the property deterministic"):
        first.deterministic = True  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"Expected tf.data.Options, got 3"):
        Dataset.range(3).with_options(3)


def test_node_types_are_tensorflows() -> None:
    data = experimental.choose_from_datasets([Dataset.range(3)], Dataset.range(1)).apply(experimental.unique())
    experimental.get_single_element(data.apply(experimental.group_by_window(lambda x: x, lambda k, d: d, 2)))
    types = [op.type for op in tf.get_default_graph().get_operations() if op.type not in ("Const", "RangeDataset")]
    assert types == ["DirectedInterleaveDataset", "UniqueDataset", "GroupByWindowDataset", "DatasetToSingleElement"]


def test_refused() -> None:
    key = lambda x: x  # noqa: E731
    with pytest.raises(ValueError, match="either `window_size` or `window_size_func`"):
        experimental.group_by_window(key, lambda k, d: d)
    with pytest.raises(TypeError, match="`reduce_func` must return a `Dataset`"):
        Dataset.range(3).apply(experimental.group_by_window(key, lambda k, d: 3, 2))
    with pytest.raises(ValueError, match="must equal"):
        experimental.bucket_by_sequence_length(tf.size, [3], [2])
    with pytest.raises(TypeError, match="`choice_dataset` must be a dataset of scalar"):
        experimental.choose_from_datasets([Dataset.range(3)], Dataset.from_tensors(1))
    with pytest.raises(ValueError, match="`weights` must be a vector of length 1"):
        experimental.sample_from_datasets([Dataset.range(3)], [0.5, 0.5])
    with pytest.raises(TypeError, match=r"one tf.int32, tf.int64 or tf.string"):
        Dataset.from_tensors(1.0).apply(experimental.unique())
    with pytest.raises(TypeError, match="must have the same types"):
        experimental.sample_from_datasets([Dataset.range(3), Dataset.from_tensors(1.0)])
    out_of_range = Dataset.from_tensors(tf.constant(4, tf.int64))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Selector index out of range: 4"):
        _elements(experimental.choose_from_datasets([Dataset.range(3)], out_of_range))
    zero = experimental.group_by_window(key, lambda k, d: d, 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Window size must be greater than zero, but got 0"):
        _elements(Dataset.range(3).apply(zero))

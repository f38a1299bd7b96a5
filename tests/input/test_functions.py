"""Datasets that call functions, build graphs in them, and read ahead in threads."""

import threading

import numpy as np
import pytest

import convflow as tf

Dataset = tf.data.Dataset


def test_map_passes_a_tuple_as_arguments_and_keeps_the_form(read):
    data = Dataset.from_tensor_slices(({"a": [1, 2]}, [3.0, 4.0])).map(lambda d, y: {"sum": tf.to_float(d["a"]) + y})
    assert data.output_types == {"sum": tf.float32}
    assert [element["sum"] for element in read(data)] == [4.0, 6.0]


def test_a_function_uses_tensors_from_outside_at_the_time_of_reading(read):
    scale = tf.placeholder(tf.int64, [])
    data = Dataset.range(3).map(lambda x: tf.data.Dataset.range(1) and x * scale)
    assert read(data, {scale: 5}) == [0, 5, 10]


def test_functions_inside_functions_capture_through_both(numbers):
    outer = tf.constant([10, 20], tf.int64)
    data = Dataset.range(2).flat_map(lambda x: Dataset.range(2).map(lambda y: outer[x] + y))
    assert numbers(data) == [10, 11, 20, 21]


def test_a_variable_is_read_when_its_function_runs():
    count = tf.Variable(np.int64(2))
    iterator = Dataset.range(2).map(lambda x: x * count).make_initializable_iterator()
    following = iterator.get_next()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(iterator.initializer)
        assert [session.run(following), session.run(following)] == [0, 2]


def test_a_list_is_several_components_and_one_within_it_a_tensor(read):
    data = Dataset.range(2).map(lambda x: [x, [x, x + 1]])
    assert data.output_shapes == (tf.TensorShape([]), tf.TensorShape([2]))
    assert [(x.tolist(), pair.tolist()) for x, pair in read(data)] == [(0, [0, 1]), (1, [1, 2])]


def test_what_a_function_may_not_return():
    with pytest.raises(TypeError, match="Unsupported return value from function passed to Dataset: <object"):
        Dataset.range(2).map(lambda x: object())
    with pytest.raises(TypeError, match="`map_func` of flat_map must return a `Dataset` object"):
        Dataset.range(2).flat_map(lambda x: x)
    with pytest.raises(ValueError, match=r"must return a `tf.bool` scalar tensor"):
        Dataset.range(2).filter(lambda x: x)


def test_an_error_names_the_node_of_the_function_and_the_reader_goes_on():
    data = Dataset.from_tensor_slices([0, 5, 1]).map(lambda x: tf.gather([10, 20], x, name="looked_up"))
    following = data.make_one_shot_iterator().get_next()
    with tf.Session() as session:
        assert session.run(following) == 10
        with pytest.raises(tf.errors.InvalidArgumentError, match="looked_up"):
            session.run(following)
        assert session.run(following) == 20


@pytest.mark.parametrize("calls", [1, 4, -1])
def test_parallel_map_keeps_the_order(numbers, calls):
    assert numbers(Dataset.range(50).map(lambda x: x * x, num_parallel_calls=calls)) == [x * x for x in range(50)]


def test_parallel_map_runs_calls_side_by_side(numbers):
    both = threading.Barrier(2, timeout=60)

    def wait(value):
        both.wait()
        return value

    data = Dataset.range(4).map(lambda x: tf.py_func(wait, [x], tf.int64), num_parallel_calls=2)
    assert numbers(data) == [0, 1, 2, 3]


def test_prefetch_works_ahead():
    seen = threading.Semaphore(0)

    def note(value):
        seen.release()
        return value

    data = Dataset.range(5).map(lambda x: tf.py_func(note, [x], tf.int64)).prefetch(2)
    following = data.make_one_shot_iterator().get_next()
    with tf.Session() as session:
        assert session.run(following) == 0
        # The first element, and without anyone asking for them the next two.
        assert all(seen.acquire(timeout=60) for _ in range(3))
        assert [session.run(following) for _ in range(4)] == [1, 2, 3, 4]
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(following)


def test_an_error_passes_through_prefetch():
    data = Dataset.range(3).map(lambda x: tf.py_func(lambda v: [1, 2][v], [x], tf.int64)).prefetch(5)
    following = data.make_one_shot_iterator().get_next()
    with tf.Session() as session:
        assert [session.run(following), session.run(following)] == [1, 2]
        with pytest.raises(tf.errors.UnknownError, match="IndexError: list index out of range"):
            session.run(following)


def test_padding(read):
    data = Dataset.from_generator(lambda: iter([([1], "a"), ([2, 3], "b")]), (tf.int32, tf.string), ([None], []))
    ((rows, words),) = read(data.padded_batch(2, ([None], []), (-1, "")))
    assert (rows.tolist(), words.tolist()) == ([[1, -1], [2, 3]], [b"a", b"b"])
    with pytest.raises(tf.errors.DataLossError, match="Attempted to pad to a smaller size"):
        read(data.padded_batch(2, ([1], [])))
    with pytest.raises(ValueError, match=r"The padded shape \(3, 3\) is not compatible"):
        data.padded_batch(2, ([3, 3], []))


def test_generators_start_anew_and_end_with_their_reader(numbers):
    # GeneratorDataset: its finalize function runs whether the reader came to the end or not.
    ended = []

    def generator():
        try:
            yield from range(5)
        finally:
            ended.append(True)

    data = Dataset.from_generator(generator, tf.int64, tf.TensorShape([]))
    assert numbers(data.take(2).repeat(2)) == [0, 1, 0, 1]
    assert ended == [True, True]


@pytest.mark.parametrize(
    ("yielded", "message"),
    [
        ("word", r"could not be converted to the expected type. The expected type was int32.*'word'"),
        ((1, 2), r"did not match the expected structure|element of shape \(2,\)"),
        ([1, 2], r"yielded an element of shape \(2,\) where an element of shape \(\) was expected"),
    ],
)
def test_what_generators_may_not_yield(read, yielded, message):
    data = Dataset.from_generator(lambda: iter([yielded]), tf.int32, tf.TensorShape([]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        read(data)


def test_generators_need_types_and_a_callable():
    with pytest.raises(TypeError, match="must be a Python callable"):
        Dataset.from_generator([1], tf.int32)
    with pytest.raises(TypeError, match="needs `output_types`"):
        Dataset.from_generator(lambda: iter([1]))


@pytest.mark.parametrize(("count", "index"), [(0, 0), (2, 2), (2, -1)])
def test_shards_that_cannot_be(read, count, index):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Number of shards must be|Index must be between"):
        read(Dataset.range(3).shard(count, index))


def test_a_tensor_of_another_graph_is_refused():
    with tf.Graph().as_default():
        foreign = tf.constant(np.int64(1), name="foreign")
    with pytest.raises(ValueError, match=r"foreign.*from another graph than the function Dataset_map"):
        Dataset.range(2).map(lambda x: x + foreign)

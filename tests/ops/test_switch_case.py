import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


@pytest.fixture
def index():
    return tf.placeholder(tf.int32, [])


def _branches(*numbers):
    return [lambda number=number: tf.constant(float(number)) for number in numbers]


def test_the_branch_of_the_number(session):
    index = tf.placeholder(tf.int32, [])
    first, second, third = _branches(1, 2, 3)
    cases = {
        "list": (tf.switch_case(index, [first, second, third]), [3.0, 1.0, 2.0, 3.0, 3.0]),
        "dict": (tf.switch_case(index, {1: second, 0: first}, default=third), [3.0, 1.0, 2.0, 3.0, 3.0]),
        "pairs": (tf.switch_case(index, [(1, first), (0, second)]), [1.0, 2.0, 1.0, 1.0, 1.0]),
        "one": (tf.switch_case(index, [second]), [2.0] * 5),
    }
    for tensor, expected in cases.values():
        assert [session.run(tensor, {index: number}) for number in (-3, 0, 1, 2, 3)] == expected


def test_only_that_branch_runs(session):
    index = tf.placeholder(tf.int32, [])
    count = tf.get_variable("count", [3], initializer=tf.zeros_initializer())

    def counted(place):
        return lambda: tf.scatter_add(count, [place], [1.0])

    chosen = tf.switch_case(index, [counted(0), counted(1), counted(2)])
    session.run(count.initializer)
    for number in (1, 1, 2):
        session.run(chosen, {index: number})
    np.testing.assert_array_equal(session.run(count), [0, 2, 1])


def test_structures_and_gradients(session):
    index = tf.placeholder(tf.int32, [])
    x = tf.constant(3.0)
    result = tf.switch_case(
        index, [lambda: {"a": [x * x]}, lambda: {"a": [x * 5.0]}], default=lambda: {"a": [tf.constant(0.0)]}
    )
    gradient = tf.gradients(result["a"][0], x)[0]
    values = [session.run([result["a"][0], gradient], {index: number}) for number in (0, 1, 7)]
    assert values == [[9.0, 6.0], [15.0, 5.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("branches", "error", "text"),
    [
        ({0: lambda: 1.0, 2: lambda: 2.0}, ValueError, r"contiguous range of \[0 to 2\) but found {0,2}"),
        ({}, ValueError, "Must provide at least one item in 'branch_fns'"),
        (3, TypeError, "'branch_fns' must be a list, tuple, or dict"),
        ([3], TypeError, "must be a 2-tuple .*. Received 3"),
        ([(0, lambda: 1.0, 2)], TypeError, "must be a 2-tuple"),
        ([("a", lambda: 1.0)], TypeError, "key must be a Python `int`"),
        ([(0, 5)], TypeError, "fn for key 0 must be callable, got 5"),
    ],
)
def test_branches_that_cannot_be(session, index, branches, error, text):
    with pytest.raises(error, match=text):
        tf.switch_case(index, branches)


def test_other_arguments_that_cannot_be(session, index):
    with pytest.raises(TypeError, match="'branch_index' must be a Tensor, got <class 'int'>"):
        tf.switch_case(1, _branches(1, 2))
    for dtype in (tf.int64, tf.float32):
        with pytest.raises(TypeError, match=f"'branch_index' must be an int32 Tensor, got {dtype.name}"):
            tf.switch_case(tf.constant(1, dtype), _branches(1, 2))
    with pytest.raises(TypeError, match="default must be callable, got 3"):
        tf.switch_case(index, _branches(1), default=3)
    with pytest.raises((TypeError, ValueError), match="int32"):
        tf.switch_case(index, [lambda: tf.constant(1.0), lambda: tf.constant(2)])

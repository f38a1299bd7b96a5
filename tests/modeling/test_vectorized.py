import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


X = np.array([[1, 2], [3, 4]], np.float32)


def test_of_a_tensor(session):
    result = tf.vectorized_map(lambda row: tf.reduce_sum(row * row), tf.constant(X))
    assert result.shape.as_list() == [2]
    np.testing.assert_array_equal(session.run(result), [5, 25])


def test_structures_and_other_types(session):
    both = tf.vectorized_map(lambda pair: (pair[0] + pair[1], {"k": tf.cast(pair[0], tf.int64)}), (X, 2 * X))
    total, rest = session.run(both)
    np.testing.assert_array_equal(total, 3 * X)
    np.testing.assert_array_equal(rest["k"], X)
    assert rest["k"].dtype == np.int64


def test_one_row_for_all(session):
    result = tf.vectorized_map(lambda pair: pair[0] * pair[1], (X, np.array([10.0], np.float32)))
    np.testing.assert_array_equal(session.run(result), 10 * X)
    single = tf.vectorized_map(lambda pair: pair[0] + pair[1], (np.array([[1.0]]), np.array([2.0])))
    np.testing.assert_array_equal(session.run(single), [[3.0]])


def test_what_does_not_depend_on_the_row(session):
    captured = tf.constant(3.0)
    np.testing.assert_array_equal(session.run(tf.vectorized_map(lambda row: captured, X)), [3, 3])
    np.testing.assert_array_equal(session.run(tf.vectorized_map(lambda row: 3.0, X)), [3, 3])
    assert tf.vectorized_map(lambda row: None, X) is None


def test_gradients_and_open_sizes(session):
    """A gradient for each example: what it is mostly used for."""
    x, w = tf.placeholder(tf.float32, [None, 2]), tf.Variable([[1.0], [2.0]])

    def gradient(row):
        return tf.gradients(tf.reduce_sum(tf.square(tf.matmul(row[None], w))), w)[0]

    each = tf.vectorized_map(gradient, x)
    session.run(tf.global_variables_initializer())
    expected = [2 * (row @ [1, 2]) * row[:, None] for row in X]
    np.testing.assert_allclose(session.run(each, {x: X}), expected)
    slope = tf.gradients(tf.vectorized_map(lambda row: tf.reduce_sum(row * row), x), x)[0]
    np.testing.assert_array_equal(session.run(slope, {x: X}), 2 * X)


def test_what_is_refused(session):
    with pytest.raises(ValueError, match="elems must be a Tensor or a structure of Tensors"):
        tf.vectorized_map(lambda row: row, ())
    with pytest.raises(ValueError, match=r"must have as many rows, got \[2, 3\]"):
        tf.vectorized_map(lambda pair: pair[0], (X, np.arange(3.0)))
    with pytest.raises(ValueError, match="must have rows, got the scalar"):
        tf.vectorized_map(lambda row: row, 1.0)

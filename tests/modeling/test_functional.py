"""tf.map_fn, tf.scan, tf.foldl, tf.foldr: values, gradients, variables inside, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

X = np.arange(12.0).reshape(4, 3)


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


@pytest.fixture
def run(_graph):
    with tf.Session() as session:
        yield session.run


@pytest.fixture(params=["known", "unknown"])
def x(request):
    return tf.placeholder(tf.float64, [4, 3] if request.param == "known" else None)


def test_map(run, x):
    doubled = tf.map_fn(lambda row: row * 2.0, x)
    np.testing.assert_array_equal(run(doubled, {x: X}), X * 2)
    sums = tf.map_fn(tf.reduce_sum, x)
    np.testing.assert_array_equal(run(sums, {x: X}), X.sum(1))


def test_map_keeps_static_shapes():
    x = tf.placeholder(tf.float64, [4, 3])
    assert tf.map_fn(lambda row: row * 2.0, x).shape.as_list() == [4, 3]
    assert tf.map_fn(tf.reduce_sum, x).shape.as_list() == [4]
    assert tf.map_fn(tf.reduce_sum, tf.placeholder(tf.float64, [None, 3])).shape.as_list() == [None]


def test_map_of_structures(run, x):
    pairs = tf.map_fn(lambda p: {"sum": p[0] + p[1], "first": tf.cast(p[0][0], tf.int32)}, (x, x),
                      dtype={"sum": tf.float64, "first": tf.int32})  # fmt: skip
    found = run(pairs, {x: X})
    np.testing.assert_array_equal(found["sum"], 2 * X)
    np.testing.assert_array_equal(found["first"], X[:, 0])


def test_map_over_nothing(run):
    x = tf.placeholder(tf.float64, [None, 3])
    assert run(tf.map_fn(lambda row: row * 2.0, x), {x: np.zeros([0, 3])}).shape == (0, 3)


def test_gradient_of_map(run, x):
    y = tf.map_fn(lambda row: tf.square(row) * x[0, 1], x)
    (slope,) = tf.gradients(y, x)
    expected = 2 * X * X[0, 1]
    expected[0, 1] += (X**2).sum()
    np.testing.assert_allclose(run(slope, {x: X}), expected)


@pytest.mark.parametrize("reverse", [False, True])
def test_scan(run, x, reverse):
    rows = X[::-1] if reverse else X
    sums = run(tf.scan(lambda a, row: a + row, x, reverse=reverse), {x: X})
    np.testing.assert_array_equal(sums[::-1] if reverse else sums, np.cumsum(rows, 0))
    x.set_shape([4, 3])
    counted = tf.scan(lambda a, row: (a[0] + 1, a[1] + row), x, (0, np.zeros(3)), reverse=reverse)
    numbers, sums = run(counted, {x: X})
    np.testing.assert_array_equal(numbers, [4, 3, 2, 1] if reverse else [1, 2, 3, 4])
    np.testing.assert_array_equal(sums[::-1] if reverse else sums, np.cumsum(rows, 0))


def test_gradient_of_scan(run, x):
    (slope,) = tf.gradients(tf.scan(lambda a, row: a + row * row, x), x)
    expected = 2 * X * np.array([[4], [3], [2], [1]])
    expected[0] = 4  # the first row is where the sum begins
    np.testing.assert_allclose(run(slope, {x: X}), expected)


def test_folds(run, x):
    left = tf.foldl(lambda a, row: 2.0 * a + row, x)
    right = tf.foldr(lambda a, row: 2.0 * a + row, x)
    started = tf.foldl(lambda a, row: a + tf.reduce_sum(row), x, initializer=np.float64(100))
    ended = tf.foldr(lambda a, row: a - tf.reduce_sum(row), x, initializer=np.float64(100))
    found = run([left, right, started, ended], {x: X})
    np.testing.assert_array_equal(found[0], 8 * X[0] + 4 * X[1] + 2 * X[2] + X[3])
    np.testing.assert_array_equal(found[1], 8 * X[3] + 4 * X[2] + 2 * X[1] + X[0])
    assert found[2:] == [100 + X.sum(), 100 - X.sum()]


def test_variables_made_inside(run, x):
    def scaled(row):
        return row * tf.get_variable("w", [3], tf.float64, initializer=tf.constant_initializer(3.0))

    y = tf.map_fn(scaled, x)
    (variable,) = tf.trainable_variables()
    (slope,) = tf.gradients(y, variable)
    run(tf.global_variables_initializer())
    np.testing.assert_array_equal(run(y, {x: X}), X * 3)
    np.testing.assert_array_equal(run(slope, {x: X}), X.sum(0))
    assert tf.get_variable_scope().caching_device is None


@pytest.mark.parametrize("function", [tf.map_fn, tf.scan, tf.foldl, tf.foldr])
def test_functions_must_be_callable(function):
    with pytest.raises(TypeError, match="fn must be callable, got 3"):
        function(3, tf.ones([2]))


@pytest.mark.parametrize(
    ("build", "kind", "text"),
    [
        (lambda: tf.map_fn(tf.identity, []), ValueError, "does not contain any Tensors"),
        (lambda: tf.map_fn(tf.identity, 1.0), ValueError, r"must be 1\+ dimensional Tensors, not scalars"),
        (lambda: tf.map_fn(lambda p: p, (tf.ones([2]), tf.ones([3]))), ValueError, "the tensors have 2, 3 rows"),
        (lambda: tf.map_fn(lambda row: (row, row), tf.ones([2])), ValueError, "same nested structure"),
        (lambda: tf.scan(lambda a, row: (a, row), tf.ones([2])), ValueError, "same nested structure"),
        (lambda: tf.foldl(lambda a, row: tf.stack([a, row]), tf.ones([2])), ValueError, "after one iteration"),
    ],
)
def test_refusals(build, kind, text):
    with pytest.raises(kind, match=text):
        build()

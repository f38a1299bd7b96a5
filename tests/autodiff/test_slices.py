"""Gradients made of slices: what they are, how they add up, how sessions hand them out and take them."""

import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


VALUES = np.arange(15.0).reshape(5, 3)


def test_rows_stay_apart(run):
    x = tf.constant(VALUES)
    rows = tf.gather(x, [[1, 2], [2, 4]])
    slices = tf.gradients(rows * rows, x)[0]
    assert isinstance(slices, tf.IndexedSlices)
    assert (slices.dtype, slices.shape.as_list()) == (tf.float64, [5, 3])
    value = run(slices)
    assert value.indices.tolist() == [1, 2, 2, 4]
    np.testing.assert_array_equal(value.values, 2 * VALUES[[1, 2, 2, 4]])
    assert value.dense_shape.tolist() == [5, 3]
    dense = np.zeros((5, 3))
    np.add.at(dense, value.indices, value.values)
    np.testing.assert_array_equal(run(tf.convert_to_tensor(slices)), dense)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: tf.gather(x, [0]) + tf.gather(x, [1]), [1, 1, 0, 0, 0]),
        (lambda x: tf.reduce_sum(tf.gather(x, [0, 0])) + tf.reduce_sum(x), [3, 1, 1, 1, 1]),
        (lambda x: tf.gather(2.0 * x, [3]), [0, 0, 0, 2, 0]),
        (lambda x: tf.gather(tf.gather(x, [4, 3, 3]), [1, 2]), [0, 0, 0, 2, 0]),
        (lambda x: tf.gather(-x, [3]), [0, 0, 0, -1, 0]),
        (lambda x: tf.gather(x, [1]) + tf.gather(x, tf.constant([1], tf.int64)), [0, 2, 0, 0, 0]),
        (lambda x: tf.gather_nd(x, [[1], [1]]), [0, 2, 0, 0, 0]),
        (lambda x: tf.gather(tf.concat([x, x], 0), [1, 6]), [0, 2, 0, 0, 0]),
        (lambda x: tf.gather(x, [1], axis=0) * tf.reduce_max(x), None),
    ],
)
def test_sums(run, function, expected):
    x = tf.constant(VALUES)
    found = run(tf.convert_to_tensor(tf.gradients(function(x), x)[0]))
    if expected is not None:
        np.testing.assert_array_equal(found, np.repeat(np.array(expected, float), 3).reshape(5, 3))


def test_second_derivatives(run):
    x = tf.constant(VALUES)
    slices = tf.gradients(tf.gather(x, [1, 1]) ** 3, x)[0]
    second = run(tf.convert_to_tensor(tf.gradients(slices.values, x)[0]))
    expected = np.zeros((5, 3))
    expected[1] = 12 * VALUES[1]
    np.testing.assert_array_equal(second, expected)


def test_slices_are_fed_and_fetched(run):
    slices = tf.IndexedSlices(tf.placeholder(tf.float32, [None]), tf.placeholder(tf.int64, [None]))
    value = run(slices, {slices: ([1.0, 2.0], [3, 4])})
    assert value.values.tolist() == [1, 2] and value.indices.tolist() == [3, 4] and value.dense_shape is None
    assert run([slices], {slices: value})[0].indices.tolist() == [3, 4]
    with pytest.raises(ValueError, match=r"needs a tf.IndexedSlicesValue or a tuple of 2"):
        run(slices, {slices: [1.0]})


def test_functions_of_slices(run):
    slices = tf.IndexedSlices(tf.constant([1.0, 2.0]), tf.constant([1, 3]), tf.constant([4]))
    assert run(-slices).values.tolist() == [-1, -2]
    assert run(tf.identity(slices)).indices.tolist() == [1, 3]
    assert run(tf.cast(slices, tf.float64)).values.dtype == np.float64
    assert run(tf.square(slices)).tolist() == [0, 1, 0, 4]
    assert run(tf.add_n([slices, tf.ones([4])])).tolist() == [1, 2, 1, 3]
    assert tf.convert_to_tensor_or_indexed_slices(slices) is slices
    assert "IndexedSlices(indices=" in str(slices)


def test_slices_that_cannot_be_made_dense():
    slices = tf.IndexedSlices(tf.constant([1.0]), tf.constant([1]))
    with pytest.raises(ValueError, match=r"for argument `x` without dense_shape"):
        tf.square(slices)
    with pytest.raises(ValueError, match=r"Incompatible tensor conversion requested to `dtype` int32"):
        tf.convert_to_tensor_or_indexed_slices(slices, tf.int32)


@pytest.mark.filterwarnings("default")
def test_a_warning_where_the_size_is_not_known():
    x = tf.placeholder(tf.float32)
    slices = tf.gradients(tf.gather(x, [0]), x)[0]
    with pytest.warns(UserWarning, match="dense Tensor of unknown shape"):
        tf.convert_to_tensor(slices)


def test_optimizers_change_only_the_rows_taken(run):
    variable = tf.Variable(VALUES)
    loss = tf.reduce_sum(tf.gather(variable, [1, 1, 4]))
    optimizer = tf.train.GradientDescentOptimizer(0.5)
    pairs = optimizer.compute_gradients(loss)
    assert isinstance(pairs[0][0], tf.IndexedSlices)
    step = optimizer.apply_gradients(pairs)
    run(variable.initializer)
    run(step)
    expected = VALUES.copy()
    expected[1] -= 1.0
    expected[4] -= 0.5
    np.testing.assert_array_equal(run(variable), expected)


def test_sparse_variables_take_no_constraint():
    variable = tf.Variable(VALUES, constraint=lambda x: x)
    with pytest.raises(RuntimeError, match="Cannot use a constraint function on a sparse variable"):
        tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(tf.gather(variable, [1])))

"""Poisson counts and classes."""

import numpy as np
import pytest

import convflow as tf
from convflow.graph.apply import apply_op


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


@pytest.mark.parametrize("rate", [0.4, 6.0, 25.0, 1e5])
def test_moments(run, rate):
    drawn = run(tf.random_poisson(np.float64(rate), [40000], tf.float64, seed=1))
    np.testing.assert_allclose([drawn.mean(), drawn.var()], [rate, rate], rtol=0.04)
    np.testing.assert_array_equal(drawn, np.floor(drawn))


def test_rates_without_counts(run):
    rates = [np.inf, np.nan, -1.0, 0.0]
    np.testing.assert_array_equal(run(tf.random_poisson(rates, [2], seed=3)), [[np.inf, np.nan, 0, 0]] * 2)
    np.testing.assert_array_equal(run(tf.random_poisson(rates, [1], tf.int64, seed=3)), [[0, 0, 0, 0]])


def test_a_rate_beyond_the_type(run):
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"rates of at most 65504, .* got 1e\+06\. Ask for a wider"
    ):
        run(tf.random_poisson(1e6, [2], tf.float16))


def test_the_op_of_old_graphs_draws_the_same_counts(run):
    shape, rate = np.array([5], np.int32), np.array([2.0, 30.0], np.float32)
    old = apply_op("RandomPoisson", shape=shape, rate=rate, seed=4, seed2=5)
    new = apply_op("RandomPoissonV2", shape=shape, rate=rate, seed=4, seed2=5, dtype=tf.float32)
    assert old.shape.as_list() == [5, 2]
    np.testing.assert_array_equal(*run([old, new]))


def test_no_gradient_by_the_rate():
    with tf.Graph().as_default():
        rate = tf.constant([1.0])
        with pytest.raises(LookupError, match="RandomPoissonV2"):
            tf.gradients(tf.random_poisson(rate, [2]), rate)


def test_classes_of_whole_logits(run):
    logits = tf.constant(np.array([[0, 100, 0]]), tf.int32)
    np.testing.assert_array_equal(run(tf.multinomial(logits, 4, seed=1)), [[1, 1, 1, 1]])


def test_refusals():
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match=r"dtype` got invalid value tf.float32. Accepted dtypes are int32, int64"):
            tf.random.categorical([[1.0]], 2, tf.float32)
        with pytest.raises(ValueError, match="num_samples should be nonnegative, got -2"):
            tf.multinomial([[1.0]], -2)
        with pytest.raises(ValueError, match="num_samples must be rank 0 but is rank 1"):
            tf.multinomial([[1.0]], [2])

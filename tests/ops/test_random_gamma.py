"""Gamma distributed numbers and their gradient by implicit differentiation."""

import numpy as np
import pytest
import torch

import convflow as tf
from convflow.graph.apply import apply_op


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


def test_moments(run):
    alpha, beta = np.array([0.3, 1.0, 6.0]), np.array([2.0, 0.5, 1.0])
    drawn = run(tf.random_gamma([60000], alpha, beta, tf.float64, seed=1))
    assert drawn.shape == (60000, 3) and drawn.min() > 0
    np.testing.assert_allclose(drawn.mean(0), alpha / beta, rtol=0.03)
    np.testing.assert_allclose(drawn.var(0), alpha / beta**2, rtol=0.05)


def test_what_would_round_to_zero_is_the_smallest_number(run):
    drawn = run(tf.random_gamma([50], 1e-4, seed=1))
    assert drawn.min() == np.finfo(np.float32).tiny


@pytest.mark.parametrize("alpha", [0.05, 0.9, 1.0, 2.5, 30.0])
def test_a_sample_moves_with_alpha_so_that_its_probability_stays(run, alpha):
    """RandomGammaGrad against the inverse of the incomplete gamma integral, found by halving intervals."""

    def quantile(probability: float, shape: float) -> float:
        low, high = 0.0, 20 * shape + 50.0
        for _ in range(200):
            middle = (low + high) / 2
            below = torch.special.gammainc(*torch.tensor([shape, middle], dtype=torch.float64)) < probability
            low, high = (middle, high) if below else (low, middle)
        return low

    step = 1e-5 * alpha
    for probability in (0.1, 0.5, 0.9):
        slope = (quantile(probability, alpha + step) - quantile(probability, alpha - step)) / (2 * step)
        sample = np.float64(quantile(probability, alpha))
        found = run(apply_op("RandomGammaGrad", alpha=np.float64(alpha), sample=sample))
        np.testing.assert_allclose(found, slope, rtol=1e-5)


def test_gradient_sums_over_what_was_drawn(run):
    alpha = tf.constant([0.7, 3.0], tf.float64)
    drawn = tf.random_gamma([4, 5], alpha, dtype=tf.float64, seed=2)
    found = tf.gradients(drawn, alpha)[0]
    samples, gradient = run([drawn, found])
    assert gradient.shape == (2,)
    by_alpha = run(apply_op("RandomGammaGrad", alpha=np.broadcast_to([0.7, 3.0], (4, 5, 2)), sample=samples))
    np.testing.assert_allclose(gradient, by_alpha.sum((0, 1)), rtol=1e-12)


def test_refusals():
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match="shape must be rank 1 but is rank 0"):
            tf.random_gamma(3, 1.0)
        with pytest.raises(ValueError, match=r"must be >= 0: shape is \[2, -1\]"):
            tf.random_gamma([2, -1], 1.0)
        with pytest.raises(TypeError, match="bfloat16"):
            tf.random_gamma([2], tf.zeros([1], tf.bfloat16), dtype=tf.bfloat16)

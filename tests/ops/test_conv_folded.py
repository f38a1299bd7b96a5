"""Input gradients of convolutions of few channels."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.ops import conv_folded


@pytest.mark.parametrize("channels", range(1, conv_folded.MOST_CHANNELS + 2))
@pytest.mark.parametrize("strides", [1, 2, (1, 3)])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_what_goes_back_is_what_went_in(channels: int, strides: int | tuple[int, int], padding: str):
    """A convolution is linear: the gradient of its sum with weights is the same for every input."""
    random = np.random.RandomState(0)
    down, across = (strides, strides) if isinstance(strides, int) else strides
    x = tf.constant(random.rand(2, 9, 11, channels))
    filter = tf.constant(random.rand(5, 3, channels, 16))
    y = tf.nn.conv2d(x, filter, [1, down, across, 1], padding)
    weights = tf.random_uniform(tf.shape(y), dtype=tf.float64, seed=1)
    (gradient,) = tf.gradients(y, [x], weights)
    with tf.Session() as session:
        there, back = session.run([tf.reduce_sum(y * weights), tf.reduce_sum(gradient * x)])
        assert gradient.shape == x.shape
    np.testing.assert_allclose(back, there, rtol=1e-12)

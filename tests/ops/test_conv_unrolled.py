"""Convolutions of few places and many filters."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.ops import conv_unrolled

FILTER = (3, 4, 80, 1200)


def _windows(x, strides, padding):
    """The windows of a convolution with FILTER, [batch, height, width, *FILTER[:3]]."""
    if padding == "SAME":
        around = []
        for size, taps, stride in zip(x.shape[1:3], FILTER, strides, strict=False):
            total = max((-(-size // stride) - 1) * stride + taps - size, 0)
            around.append((total // 2, total - total // 2))
        x = np.pad(x, [(0, 0), *around, (0, 0)])
    seen = np.lib.stride_tricks.sliding_window_view(x, FILTER[:2], (1, 2))[:, :: strides[0], :: strides[1]]
    return seen.transpose(0, 1, 2, 4, 5, 3)


@pytest.mark.parametrize("strides", [(1, 1), (2, 2), (2, 1)])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_convolution_and_gradient_of_the_filter(strides, padding, dtype):
    random = np.random.default_rng(0)
    x = random.standard_normal((2, 5, 6, 80)).astype(dtype)
    filter = random.standard_normal(FILTER).astype(dtype)
    windows = _windows(x.astype(np.float64), strides, padding)
    grad = random.standard_normal((*windows.shape[:3], FILTER[-1])).astype(dtype)
    assert conv_unrolled.pays(FILTER, grad.shape)
    with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.Variable(filter)
        y = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, variable, [1, *strides, 1], padding), np.ones(1200, dtype)))
        slope = tf.nn.conv2d_backprop_filter(x, FILTER, grad, [1, *strides, 1], padding)
        session.run(variable.initializer)
        found, found_slope = session.run([y, slope])
    tolerance = 1e-4 if dtype == np.float32 else 1e-10
    expected = np.einsum("bhwijc,ijcf->bhwf", windows, filter, optimize=True)
    np.testing.assert_allclose(found, np.maximum(expected + 1, 0), rtol=tolerance, atol=30 * tolerance)
    expected = np.einsum("bhwijc,bhwf->ijcf", windows, grad, optimize=True)
    np.testing.assert_allclose(found_slope, expected, rtol=tolerance, atol=10 * tolerance)


def test_it_is_for_few_places_and_large_filters():
    assert conv_unrolled.pays((3, 3, 512, 512), (8, 7, 7, 512))
    assert not conv_unrolled.pays((3, 3, 512, 512), (16, 7, 7, 512))
    assert not conv_unrolled.pays((3, 3, 32, 512), (1, 7, 7, 512))

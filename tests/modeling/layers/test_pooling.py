"""tf.layers.max_pooling2d and average_pooling2d."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

X = np.random.default_rng(4).normal(size=(2, 5, 6, 3)).astype(np.float32)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(("function", "reduce"), [("max_pooling2d", np.max), ("average_pooling2d", np.mean)])
def test_values(session, function, reduce, data_format):
    given = X if data_format == "channels_last" else X.transpose(0, 3, 1, 2)
    y = getattr(tf.layers, function)(tf.constant(given), (2, 3), [2, 3], data_format=data_format)
    want = reduce(X[:, :4].reshape(2, 2, 2, 2, 3, 3), axis=(2, 4))
    want = want if data_format == "channels_last" else want.transpose(0, 3, 1, 2)
    np.testing.assert_allclose(session.run(y), want, rtol=1e-6)
    assert y.name in ("max_pooling2d/MaxPool:0", "average_pooling2d/AvgPool:0")


def test_padding_does_not_count(session):
    y = tf.layers.average_pooling2d(tf.ones([1, 3, 3, 1]), 2, 2, padding="same")
    np.testing.assert_array_equal(session.run(y), np.ones([1, 2, 2, 1]))


@pytest.mark.parametrize("kind", [tf.layers.MaxPooling2D, tf.layers.AveragePooling2D])
@pytest.mark.parametrize(("padding", "sizes"), [("valid", [None, 3, 2, 3]), ("same", [None, 4, 3, 3])])
def test_output_shape(kind, padding, sizes):
    layer = kind(2, (2, 3), padding)
    assert layer.compute_output_shape([None, 7, 7, 3]).as_list() == sizes
    assert layer(tf.placeholder(tf.float32, [None, 7, 7, 3])).shape.as_list() == sizes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((2, 2, 2), 2), r"`pool_size` argument must be a tuple of 2 integers. Received: \(2, 2, 2\)"),
        ((2, None), "`strides` must not be None"),
        ((2, 2, "x"), "`padding` argument must be one of"),
    ],
)
def test_refused_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        tf.layers.max_pooling2d(tf.placeholder(tf.float32, [None, 8, 8, 3]), *arguments)


def test_refused_rank():
    with pytest.raises(ValueError, match=r'layer "max_pooling2d_1" .* expected ndim=4, found ndim=3'):
        tf.layers.max_pooling2d(tf.placeholder(tf.float32, [None, 8, 3]), 2, 2)

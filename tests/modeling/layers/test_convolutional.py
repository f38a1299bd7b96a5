"""tf.layers.conv2d: values against loops, variables, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf


def correlate(x, kernel, strides, padding, dilations):
    """The convolution by its definition, NHWC."""
    x, kernel = np.asarray(x, np.float64), np.asarray(kernel, np.float64)
    spread = [(size - 1) * rate + 1 for size, rate in zip(kernel.shape[:2], dilations, strict=True)]
    if padding == "same":
        places = [-(-size // step) for size, step in zip(x.shape[1:3], strides, strict=True)]
        missing = [
            max((place - 1) * step + extent - size, 0)
            for place, step, extent, size in zip(places, strides, spread, x.shape[1:3], strict=True)
        ]
        x = np.pad(x, [(0, 0), *((total // 2, total - total // 2) for total in missing), (0, 0)])
    places = [(size - extent) // step + 1 for size, extent, step in zip(x.shape[1:3], spread, strides, strict=True)]
    out = np.zeros((len(x), *places, kernel.shape[-1]))
    for row in range(places[0]):
        for column in range(places[1]):
            top, left = row * strides[0], column * strides[1]
            window = x[:, top : top + spread[0] : dilations[0], left : left + spread[1] : dilations[1]]
            out[:, row, column] = np.einsum("bhwc,hwcf->bf", window, kernel)
    return out


@pytest.mark.parametrize("padding", ["valid", "same", "SAME"])
@pytest.mark.parametrize(
    ("kernel_size", "strides", "dilation_rate"),
    [(3, 1, 1), ((3, 2), 2, 1), ([2, 3], (1, 3), (1, 1)), (3, 1, 2), ((3, 2), 1, (1, 3)), (1, 1, 1)],
)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_values(session, padding, kernel_size, strides, dilation_rate, data_format):
    random = np.random.default_rng(1)
    x = random.normal(size=(2, 9, 8, 3)).astype(np.float32)
    given = x if data_format == "channels_last" else x.transpose(0, 3, 1, 2)
    placeholder = tf.placeholder(tf.float32, given.shape)
    layer = tf.layers.Conv2D(
        4, kernel_size, strides, padding, data_format, dilation_rate, activation=tf.nn.relu,
        bias_initializer=tf.random_normal_initializer(),
    )  # fmt: skip
    y = layer(placeholder)
    session.run(tf.global_variables_initializer())
    got, kernel, bias = session.run([y, layer.kernel, layer.bias], {placeholder: given})
    pairs = [value if isinstance(value, (tuple, list)) else (value, value) for value in (strides, dilation_rate)]
    want = np.maximum(correlate(x, kernel, pairs[0], padding.lower(), pairs[1]) + bias, 0)
    want = want if data_format == "channels_last" else want.transpose(0, 3, 1, 2)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)
    assert y.shape.as_list() == list(want.shape)
    assert layer.compute_output_shape(given.shape).as_list() == list(want.shape)


def test_unknown_sizes_with_dilation(session):
    x = np.random.default_rng(2).normal(size=(1, 7, 6, 2)).astype(np.float32)
    placeholder = tf.placeholder(tf.float32, [None, None, None, 2])
    layer = tf.layers.Conv2D(3, 3, padding="same", dilation_rate=2, use_bias=False)
    y = layer(placeholder)
    session.run(tf.global_variables_initializer())
    got, kernel = session.run([y, layer.kernel], {placeholder: x})
    np.testing.assert_allclose(got, correlate(x, kernel, (1, 1), "same", (2, 2)), rtol=1e-4, atol=1e-5)
    assert y.shape.as_list() == [None, None, None, 3]


def test_gradients_reach_all_variables(session):
    x = tf.constant(np.random.default_rng(3).normal(size=(2, 5, 5, 2)), tf.float64)
    y = tf.layers.conv2d(x, 3, 2, dilation_rate=2, activation=tf.nn.tanh)
    loss = tf.reduce_sum(y * y)
    variables = tf.trainable_variables()
    derivatives = tf.gradients(loss, variables)
    session.run(tf.global_variables_initializer())
    for variable, derivative in zip(variables, session.run(derivatives), strict=True):
        start = session.run(variable)
        index = (0,) * start.ndim
        values = []
        for step in (1e-5, -1e-5):
            moved = start.copy()
            moved[index] += step
            variable.load(moved, session)
            values.append(session.run(loss))
        variable.load(start, session)
        assert derivative[index] == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-5)


def test_regularizers_losses_and_constraints():
    def constraint(value):
        return value

    x = tf.placeholder(tf.float32, [None, 8, 8, 1])
    layer = tf.layers.Conv2D(
        2, 3, kernel_regularizer=tf.nn.l2_loss if hasattr(tf.nn, "l2_loss") else tf.reduce_sum,
        bias_regularizer=tf.reduce_sum, activity_regularizer=tf.reduce_sum, kernel_constraint=constraint,
    )  # fmt: skip
    layer(x)
    assert len(layer.losses) == 3
    assert layer.losses == tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert len(layer.get_losses_for(x)) == 1
    assert len(layer.get_losses_for(None)) == 2
    layer(x)
    assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 4
    assert layer.kernel.constraint is constraint


def test_regularizers_of_shared_variables_count_once():
    x = tf.placeholder(tf.float32, [None, 8, 8, 1])
    for reuse in (None, True):
        tf.layers.conv2d(x, 2, 3, name="conv", reuse=reuse, kernel_regularizer=tf.reduce_sum)
    assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": (3, 3, 3)}, r"`kernel_size` argument must be a tuple of 2 integers. Received: \(3, 3, 3\)"),
        ({"kernel_size": "a"}, "`kernel_size` argument must be a tuple of 2 integers. Received: a"),
        ({"kernel_size": 0}, "`kernel_size` argument must be a tuple of 2 integers > 0. Received: 0"),
        ({"kernel_size": 3, "strides": 0}, "`strides` argument must be .* > 0. Received: 0"),
        ({"kernel_size": 3, "padding": "foo"}, "`padding` argument must be one of .* Received: foo"),
        ({"kernel_size": 3, "data_format": "NHWC"}, '"channels_first", "channels_last". Received: NHWC'),
        ({"kernel_size": 3, "strides": 2, "dilation_rate": 2}, "not supported in conjunction with `dilation_rate > 1`"),
        ({"kernel_size": 3, "filters": -1}, "`filters`. Expected a strictly positive value. Received: -1"),
        ({"kernel_size": 3, "activation": "zz"}, "Unknown activation function: 'zz'. Expected one of linear, relu"),
        ({"kernel_size": 3, "kernel_initializer": "zz"}, "Unknown initializer: 'zz'. Expected one of zeros"),
        (
            {"kernel_size": 9},
            r"is below 1: an input of shape \(\?, 8, 8, 3\) gives \[0, 0\] places for a window of \(9, 9\)",
        ),
    ],
)
def test_refused_arguments(arguments, message):
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])
    with pytest.raises(ValueError, match=message):
        tf.layers.conv2d(x, **{"filters": 4, **arguments})


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ([None, 8, 3], 'Input 0 of layer "conv2d_1" is incompatible .* expected ndim=4, found ndim=3.*expand_dims'),
        ([None, 8, 8, None], "channel dimension .* should be defined.*axis -1 is unknown.*set_shape"),
        (None, "channel dimension .* should be defined"),
    ],
)
def test_refused_inputs(shape, message):
    with pytest.raises(ValueError, match=message):
        tf.layers.conv2d(tf.placeholder(tf.float32, shape), 4, 3)


def test_regularizer_must_be_a_function():
    with pytest.raises(TypeError, match=r"`kernel_regularizer` argument must be a function of a tensor.*0\.1"):
        tf.layers.Conv2D(2, 3, kernel_regularizer=0.1)


def test_uint8_pictures_are_refused_by_the_op():
    with pytest.raises(TypeError, match="uint8"):
        tf.layers.conv2d(tf.placeholder(tf.uint8, [None, 8, 8, 3]), 4, 3)

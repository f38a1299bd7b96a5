"""tf.layers convolutions of one and three axes, transposed and separable: against plain loops, and what they refuse."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import convflow as tf

RNG = np.random.RandomState(12)


def correlated(x, kernel, strides, dilations):
    """The valid correlation of (batch, *spatial, channels) with (*spatial, channels, filters), by loops."""
    sizes, window = x.shape[1:-1], kernel.shape[:-2]
    places = [
        (size - (extent - 1) * dilation - 1) // stride + 1
        for size, extent, stride, dilation in zip(sizes, window, strides, dilations, strict=True)
    ]
    result = np.zeros([len(x), *places, kernel.shape[-1]])
    for place in itertools.product(*map(range, places)):
        for offset in itertools.product(*map(range, window)):
            at = [p * s + o * d for p, s, o, d in zip(place, strides, offset, dilations, strict=True)]
            result[(slice(None), *place)] += x[(slice(None), *at)] @ kernel[offset]
    return result


@pytest.mark.parametrize(
    ("function", "shape", "arguments"),
    [
        ("conv1d", (2, 7, 2), {"kernel_size": 3}),
        ("conv1d", (2, 7, 2), {"kernel_size": 2, "strides": 3}),
        ("conv1d", (2, 7, 2), {"kernel_size": 2, "dilation_rate": 3}),
        ("conv3d", (1, 4, 3, 4, 2), {"kernel_size": (2, 1, 3), "strides": (2, 1, 1)}),
        ("conv3d", (1, 4, 3, 5, 2), {"kernel_size": 2, "dilation_rate": (1, 2, 3)}),
    ],
)
@pytest.mark.parametrize("first", [False, True])
def test_convolutions(session, function, shape, arguments, first):
    x = RNG.normal(size=shape).astype("f")
    rank = len(shape) - 2
    if first and "dilation_rate" in arguments:
        pytest.skip("only channels_last is spread out over space")
    given = np.moveaxis(x, -1, 1) if first else x
    y = getattr(tf.layers, function)(
        np.ascontiguousarray(given), 3, **arguments, data_format="channels_first" if first else "channels_last",
        bias_initializer=tf.constant_initializer([1.0, 2.0, 3.0]),
    )  # fmt: skip
    session.run(tf.global_variables_initializer())
    kernel = session.run(tf.trainable_variables()[0])
    every = [np.broadcast_to(arguments.get(name, 1), rank) for name in ("strides", "dilation_rate")]
    expected = correlated(x, kernel, *every) + [1, 2, 3]
    found = session.run(y)
    np.testing.assert_allclose(np.moveaxis(found, 1, -1) if first else found, expected, atol=1e-5)


def test_causal_outputs_do_not_see_what_follows(session):
    x = tf.placeholder(tf.float32, [None, 8, 2])
    outputs = [
        tf.layers.conv1d(x, 2, 3, padding="causal", dilation_rate=2),
        tf.layers.separable_conv1d(x, 2, 3, padding="causal"),
    ]
    session.run(tf.global_variables_initializer())
    values = RNG.normal(size=(1, 8, 2))
    changed = values.copy()
    changed[:, 5:] += 1
    for y in outputs:
        assert y.shape.as_list() == [None, 8, 2]
        before, after = session.run(y, {x: values}), session.run(y, {x: changed})
        np.testing.assert_array_equal(before[:, :5], after[:, :5])
        assert not np.allclose(before[:, 5:], after[:, 5:])


@pytest.mark.parametrize(
    ("function", "shape", "arguments"),
    [
        ("conv2d_transpose", (2, 3, 4, 2), {"kernel_size": (2, 3), "strides": (3, 2)}),
        ("conv3d_transpose", (1, 2, 3, 2, 2), {"kernel_size": (2, 1, 3), "strides": (1, 2, 3)}),
    ],
)
def test_transposed_is_the_transpose(session, function, shape, arguments):
    """<conv(u), x> == <u, transposed(x)> for the same kernel."""
    x = RNG.normal(size=shape).astype("f")
    y = getattr(tf.layers, function)(x, 3, **arguments, use_bias=False)
    session.run(tf.global_variables_initializer())
    kernel = session.run(tf.trainable_variables()[0])
    found = session.run(y)
    u = RNG.normal(size=found.shape)
    strides = arguments["strides"]
    expected = np.sum(correlated(u, kernel, strides, [1] * len(strides)) * x)
    assert np.sum(u * found) == pytest.approx(expected, rel=1e-4)


def test_separable_is_both_convolutions(session):
    x = RNG.normal(size=(2, 5, 5, 2)).astype("f")
    y = tf.layers.separable_conv2d(x, 3, (2, 3), depth_multiplier=2, use_bias=False)
    session.run(tf.global_variables_initializer())
    depthwise, pointwise = session.run(tf.trainable_variables())
    assert depthwise.shape == (2, 3, 2, 2) and pointwise.shape == (1, 1, 4, 3)
    apart = [correlated(x[..., i : i + 1], depthwise[:, :, i : i + 1], (1, 1), (1, 1)) for i in range(2)]
    np.testing.assert_allclose(session.run(y), np.concatenate(apart, -1) @ pointwise[0, 0], atol=1e-5)


@pytest.mark.parametrize(
    ("function", "shape", "arguments", "text"),
    [
        ("conv1d", [2, 8, 8, 3], (4, 3), r'layer "conv1d_1" is incompatible .* expected ndim=3, found ndim=4'),
        ("conv3d", [2, 8, 8, 3], (4, 3), r'layer "conv3d_1" is incompatible .* expected ndim=5, found ndim=4'),
        ("conv1d", [2, 8, None], (4, 3), r'inputs to layer "conv1d_1" should be defined.* its axis -1 is unknown'),
        (
            "conv1d",
            [2, 3, 2],
            (4, 4),
            r"below 1: an input of shape \(2, 3, 2\) gives \[0\] places for a window of \(4,\)",
        ),
        ("conv3d", [1, 2, 2, 2, 2], (4, 3), r"gives \[0, 0, 0\] places for a window of \(3, 3, 3\)"),
        ("conv2d", [2, 8, 8, 3], (4, 3, 1, "causal"), r'must be one of "valid", "same". Received: causal'),
        ("conv1d", [2, 8, 3], (4, 3, 1, "full"), r'must be one of "valid", "same", "causal". Received: full'),
        ("conv1d", [2, 8, 3], (4, (3, 3)), r"`kernel_size` argument must be a tuple of 1 integers. Received: \(3, 3\)"),
        (
            "conv3d",
            [2, 8, 8, 8, 3],
            (4, 3, 2, "same", "channels_last", 2),
            r"strides=\(2, 2, 2\) and dilation_rate=\(2",
        ),
        ("conv2d_transpose", [2, 8, 3], (4, 3), r"expected ndim=4, found ndim=3"),
        ("conv2d_transpose", [2, 8, 8, None], (4, 3), r"its axis -1 is unknown"),
        ("separable_conv2d", [2, 8, 3], (4, 3), r"expected ndim=4, found ndim=3"),
        ("max_pooling1d", [2, 8, 8, 3], (2, 2), r"expected ndim=3, found ndim=4"),
        ("average_pooling3d", [2, 8, 8, 3], (2, 2), r"expected ndim=5, found ndim=4"),
        ("max_pooling3d", [2, 8, 8, 8, 3], ((2, 2), 2), r"`pool_size` argument must be a tuple of 3 integers"),
    ],
)
def test_refusals(function, shape, arguments, text):
    with pytest.raises(ValueError, match=text):
        getattr(tf.layers, function)(tf.placeholder(tf.float32, shape), *arguments)


def test_depth_multiplier_is_positive():
    with pytest.raises(ValueError, match="Invalid value for argument `depth_multiplier`"):
        tf.layers.SeparableConv2D(4, 3, depth_multiplier=0)


@pytest.mark.parametrize(("kind", "reduce"), [("max", np.max), ("average", np.mean)])
@pytest.mark.parametrize("first", [False, True])
def test_pooling_of_one_and_three_axes(session, kind, reduce, first):
    data_format = "channels_first" if first else "channels_last"
    for rank in (1, 3):
        x = RNG.normal(size=(2, *[4] * rank, 3)).astype("f")
        given = np.ascontiguousarray(np.moveaxis(x, -1, 1)) if first else x
        y = session.run(getattr(tf.layers, f"{kind}_pooling{rank}d")(given, 2, 2, data_format=data_format))
        apart = x.reshape(2, *[2] * (2 * rank), 3)
        expected = reduce(apart, axis=tuple(range(2, 2 + 2 * rank, 2)))
        np.testing.assert_allclose(np.moveaxis(y, 1, -1) if first else y, expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["Conv1D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose", "SeparableConv1D"])
def test_config_makes_an_equal_layer(name):
    layer_class = getattr(tf.layers, name)
    layer = layer_class(3, 2, strides=2, activation=tf.nn.relu, name="layer")
    twin = layer_class.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()

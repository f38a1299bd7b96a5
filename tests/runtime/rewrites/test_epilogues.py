"""Biases, batch normalization and activations go into the convolution or product they follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from tests.runtime.rewrites.plans import assert_equal_plans, titles


def values(*shape: int) -> np.ndarray:
    return np.random.RandomState(sum(shape)).normal(0.0, 1.0, shape).astype(np.float32)


def leaky(x: Any) -> Any:
    return tf.nn.leaky_relu(x, 0.3)


# 1x1 and whole windows are matrix products, 3x3 of many channels Winograd's, the others plain.
FILTERS = [(1, 1, 3, 5), (3, 3, 3, 4), (2, 3, 3, 2), (7, 6, 3, 4), (3, 3, 64, 64), (1, 1, 256, 256)]


@pytest.mark.parametrize("activation", [None, tf.nn.relu, tf.nn.relu6, leaky, tf.nn.tanh])
@pytest.mark.parametrize("filter", FILTERS)
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_convolutions(filter: tuple[int, ...], activation: Any, padding: str):
    x = tf.placeholder(tf.float32, [None, None, None, filter[2]])
    w, b = tf.constant(values(*filter)), tf.constant(values(filter[3]))
    y = tf.nn.bias_add(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding=padding), b)
    y = y if activation is None else activation(y)
    feeds = {x: values(3, 7, 6, filter[2])}
    assert_equal_plans([y], feeds, rtol=1e-4, atol=1e-3)
    assert_equal_plans([y, *tf.gradients(tf.square(y), [x, b])], feeds, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_convolutions(stride: int, multiplier: int):
    x = tf.placeholder(tf.float32, [None, 8, 6, 3])
    w, b = tf.constant(values(3, 3, 3, multiplier)), tf.constant(values(3 * multiplier))
    y = tf.nn.relu6(tf.nn.bias_add(tf.nn.depthwise_conv2d_native(x, w, [1, stride, stride, 1], "SAME"), b))
    assert titles(y, [x]) == ["DepthwiseConv2dNative + BiasAdd + Relu6"]
    assert_equal_plans([y], {x: values(2, 8, 6, 3)}, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [1, 3, 600])
def test_products(rows: int, dtype: Any):
    x = tf.placeholder(dtype, [None, 200])
    w, b = tf.constant(values(200, 100).astype(dtype)), tf.constant(values(100).astype(dtype))
    y = tf.nn.relu(tf.matmul(x, w) + b)
    assert titles(y, [x]) == ["MatMul + AddV2 + Relu"]
    feeds = {x: values(rows, 200).astype(dtype)}
    assert_equal_plans([y, tf.nn.sigmoid(b + tf.matmul(x, w))], feeds, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("depthwise", [False, True])
def test_batch_normalization(depthwise: bool, bias: bool):
    x = tf.placeholder(tf.float32, [None, 6, 6, 3])
    w = tf.constant(values(3, 3, 3, 2))
    convolve = tf.nn.depthwise_conv2d_native if depthwise else tf.nn.conv2d
    y = convolve(x, w, [1, 1, 1, 1], "SAME")
    channels = y.shape[3].value
    if bias:
        y = tf.nn.bias_add(y, tf.constant(values(channels) + 1.0))
    scale, offset, mean, variance = (tf.constant(np.abs(values(channels)) + i) for i in range(4))
    y = tf.nn.relu(tf.nn.fused_batch_norm(y, scale, offset, mean, variance, is_training=False)[0])
    kind = "DepthwiseConv2dNative" if depthwise else "Conv2D"
    expected = [kind, *(["BiasAdd"] if bias else []), "FusedBatchNormV3", "Relu"]
    assert titles(y, [x]) == [" + ".join(expected)]
    assert_equal_plans([y], {x: values(2, 6, 6, 3)}, rtol=1e-4, atol=1e-4)


def test_batch_normalization_by_the_batch_stays():
    x = tf.placeholder(tf.float32, [2, 6, 6, 3])
    y = tf.nn.conv2d(x, tf.constant(values(1, 1, 3, 2)), [1, 1, 1, 1], "SAME")
    y = tf.nn.fused_batch_norm(y, tf.ones([2]), tf.zeros([2]))[0]
    assert [title for title in titles(y, [x]) if "Conv" in title] == ["Conv2D"]


def test_what_others_need_in_full_is_computed_in_full():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    product = tf.nn.conv2d(x, tf.constant(values(1, 1, 3, 4)), [1, 1, 1, 1], "SAME")
    biased = tf.nn.bias_add(product, tf.constant(values(4)))
    active = tf.nn.relu(biased)
    assert titles(active, [x]) == ["Conv2D + BiasAdd + Relu"]
    assert titles([active, biased], [x]) == ["Conv2D + BiasAdd", "Relu"]
    assert titles([active, product], [x]) == ["Conv2D", "BiasAdd", "Relu"]
    assert_equal_plans([active, biased, product], {x: values(2, 4, 4, 3)}, rtol=1e-5, atol=1e-5)
    assert titles(active, [x, biased]) == ["Relu"]


@pytest.mark.parametrize("shape", [[], [1], [2, 1, 1, 4], [4, 4, 4]])
def test_other_sums_stay(shape: list[int]):
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    other = tf.placeholder(tf.float32, shape)
    y = tf.nn.conv2d(x, tf.constant(values(1, 1, 3, 4)), [1, 1, 1, 1], "SAME") + other
    assert titles(y, [x, other]) == ["Conv2D", "AddV2"]


def test_a_product_added_to_itself():
    x = tf.placeholder(tf.float32, [2, 3])
    y = tf.matmul(x, tf.constant(values(3, 2)))
    assert_equal_plans([y + y], {x: values(2, 3)})


def test_channels_first_stays():
    x = tf.placeholder(tf.float32, [2, 3, 4, 4])
    y = tf.nn.conv2d(x, tf.constant(values(1, 1, 3, 4)), [1, 1, 1, 1], "SAME", data_format="NCHW")
    y = tf.nn.bias_add(y, tf.constant(values(4)), data_format="NCHW")
    assert titles(y, [x]) == ["Conv2D", "BiasAdd"]


def test_a_bias_that_does_not_fit_is_explained_by_its_node():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    b = tf.placeholder(tf.float32, [None])
    y = tf.nn.conv2d(x, tf.constant(values(1, 1, 3, 4)), [1, 1, 1, 1], "SAME")
    y = tf.nn.relu(tf.nn.bias_add(y, b, name="the_bias"))
    for size in (1, 5):
        with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="the_bias"):
            session.run(y, {x: values(2, 4, 4, 3), b: values(size)})

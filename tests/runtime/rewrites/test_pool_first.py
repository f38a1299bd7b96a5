"""Max pooling before the activation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from tests.runtime.rewrites.plans import assert_equal_plans, titles


def picture(*shape: int) -> np.ndarray:
    return np.random.RandomState(3).normal(0.0, 2.0, shape).astype(np.float32)


def pooled(x: Any, size: int = 2, stride: int = 2, padding: str = "SAME") -> Any:
    return tf.nn.max_pool(x, [1, size, size, 1], [1, stride, stride, 1], padding)


@pytest.mark.parametrize("clip", [tf.nn.relu, tf.nn.relu6, tf.nn.leaky_relu])
@pytest.mark.parametrize(("size", "padding"), [(2, "SAME"), (2, "VALID"), (3, "SAME"), (3, "VALID")])
def test_values_are_the_same(clip: Any, size: int, padding: str):
    x = tf.placeholder(tf.float32, [None, None, None, 3])
    b = tf.placeholder(tf.float32, [3])
    y = pooled(clip(tf.nn.bias_add(x, b)), size, 2, padding)
    feeds = {b: picture(3)}
    assert_equal_plans([y], {x: picture(2, 7, 6, 3), **feeds})
    assert_equal_plans([y, *tf.gradients(tf.square(y), [x, b])], {x: picture(2, 7, 6, 3), **feeds}, rtol=1e-5)


def test_one_step_with_the_bias():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    b = tf.placeholder(tf.float32, [3])
    y = pooled(tf.nn.relu(tf.nn.bias_add(x, b)))
    assert titles(y, [x, b]) == ["BiasAdd + Relu + MaxPool"]
    assert "BiasAdd + Relu + MaxPool + places" in titles([y, *tf.gradients(y, [x, b])], [x, b])


def test_what_others_need_in_full_is_computed_in_full():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    b = tf.placeholder(tf.float32, [3])
    biased = tf.nn.bias_add(x, b)
    active = tf.nn.relu(biased)
    y = pooled(active)
    assert titles([y, biased], [x, b]) == ["BiasAdd", "Relu + MaxPool"]
    assert titles([y, active], [x, b]) == ["BiasAdd", "Relu", "MaxPool"]
    feeds = {x: picture(2, 4, 4, 3), b: picture(3)}
    assert_equal_plans([y, biased], feeds)
    assert_equal_plans([y, active], feeds)


def test_no_gain_no_change():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    assert titles(pooled(tf.nn.relu(x), 3, 1), [x]) == ["Relu", "MaxPool"]


def test_fed_in_between():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    active = tf.nn.relu(x)
    assert_equal_plans([pooled(active)], {active: picture(2, 4, 4, 3)})


def test_leaky_relu_in_training_takes_one_step_each_way():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    y = pooled(tf.nn.leaky_relu(x))
    assert titles([y, *tf.gradients(y, x)], [x])[0] == "LeakyRelu + MaxPool + places"
    assert titles([y, *tf.gradients(y, x)], [x])[-1] == "MaxPoolGrad + LeakyReluGrad"
    falling = pooled(tf.nn.leaky_relu(x, alpha=-0.5))
    assert "MaxPoolGrad at places" in titles([falling, *tf.gradients(falling, x)], [x])
    assert_equal_plans([falling, *tf.gradients(falling, x)], {x: picture(2, 4, 4, 3)})


def test_channels_first():
    x = tf.placeholder(tf.float32, [2, 3, 6, 6])
    b = tf.placeholder(tf.float32, [3])
    y = tf.nn.max_pool(tf.nn.relu(tf.nn.bias_add(x, b, "NCHW")), 2, 2, "SAME", "NCHW")
    assert titles(y, [x, b]) == ["BiasAdd + Relu + MaxPool"]
    assert_equal_plans([y, *tf.gradients(y, [x, b])], {x: picture(2, 3, 6, 6), b: picture(3)}, rtol=1e-5)


def test_the_input_is_not_written_to():
    v = tf.Variable(picture(1, 4, 4, 2))
    y = pooled(tf.nn.relu(v))
    assert_equal_plans([y, v], {}, tf.global_variables_initializer(), steps=2)


def test_a_bias_of_the_wrong_size_is_refused():
    x = tf.placeholder(tf.float32, [None, 4, 4, None])
    b = tf.placeholder(tf.float32, [None])
    y = pooled(tf.nn.relu(tf.nn.bias_add(x, b)))
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="one bias per channel"):
        session.run(y, {x: picture(1, 4, 4, 3), b: picture(1)})

"""Max pooling in training: one walk over the windows, derivatives on the maxima."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from tests.runtime.rewrites.plans import assert_equal_plans, titles

WINDOWS = [(2, 2, "VALID"), (2, 2, "SAME"), (3, 2, "SAME"), (3, 2, "VALID"), (3, 1, "SAME"), (2, 3, "VALID")]


def picture(*shape: int) -> np.ndarray:
    """Few different numbers: many windows have several largest elements, many none above zero."""
    return np.random.RandomState(7).randint(-4, 3, shape).astype(np.float32)


def pooled(x: Any, size: int = 2, stride: int = 2, padding: str = "SAME") -> Any:
    return tf.nn.max_pool(x, [1, size, size, 1], [1, stride, stride, 1], padding)


def weighted(y: Any) -> Any:
    """A sum in which each element has a weight of its own."""
    return tf.reduce_sum(y * tf.reshape(tf.range(1.0, tf.cast(tf.size(y), tf.float32) + 1.0), tf.shape(y)))


@pytest.mark.parametrize(("size", "stride", "padding"), WINDOWS)
@pytest.mark.parametrize("activation", [tf.nn.relu, tf.nn.relu6, tf.nn.elu, tf.nn.selu, tf.nn.leaky_relu])
def test_gradients_below_activations(size: int, stride: int, padding: str, activation: Any):
    x = tf.placeholder(tf.float32, [None, None, None, 3])
    b = tf.Variable([0.5, -0.25, 1.0])
    y = pooled(activation(tf.nn.bias_add(x, b)), size, stride, padding)
    fetches = [y, *tf.gradients(weighted(tf.square(y)), [x, b])]
    for shape in ((2, 7, 6, 3), (1, 4, 4, 3)):
        assert_equal_plans(fetches, {x: picture(*shape)}, tf.global_variables_initializer(), rtol=1e-5)


def test_the_derivatives_are_taken_on_the_maxima():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    b = tf.placeholder(tf.float32, [3])
    y = pooled(tf.nn.relu(tf.nn.bias_add(x, b)))
    steps = titles([y, *tf.gradients(y, [x, b])], [x, b])
    assert "MaxPoolGrad + ReluGrad + BiasAddGrad" in steps
    assert not {"MaxPool", "MaxPoolGrad", "ReluGrad", "BiasAddGrad", "Relu"} & set(steps)


def test_an_activation_that_others_read_keeps_its_derivative():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    r = tf.nn.relu(x)
    y = [pooled(r), r]
    gradient = tf.gradients(y, x)
    steps = titles([*y, *gradient], [x])
    assert {"MaxPool + places", "MaxPoolGrad at places", "ReluGrad"} <= set(steps)
    assert_equal_plans([*y, *gradient], {x: picture(2, 4, 4, 3)})


def test_two_gradients_of_one_pooling():
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    y = pooled(x)
    gradients = [*tf.gradients(weighted(y), x), *tf.gradients(tf.square(y), x)]
    assert titles(gradients, [x]).count("MaxPoolGrad at places") == 2
    assert_equal_plans(gradients, {x: picture(2, 4, 4, 3)})


@pytest.mark.parametrize("kwargs", [{"data_format": "NCHW"}, {"padding": [[0, 0], [2, 0], [0, 2], [0, 0]]}])
def test_other_formats_and_paddings(kwargs: Any):
    x = tf.placeholder(tf.float32, [2, 6, 6, 6])
    # Two rows of explicit padding make windows without an element.
    y = tf.nn.max_pool(tf.nn.relu(x), 2, 2, **{"padding": "VALID", **kwargs})
    assert_equal_plans([y, *tf.gradients(weighted(y), x)], {x: picture(2, 6, 6, 6)})


def test_volumes():
    x = tf.placeholder(tf.float32, [1, 4, 5, 6, 2])
    y = tf.nn.max_pool3d(tf.nn.relu(x), [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "SAME")
    assert_equal_plans([y, *tf.gradients(weighted(y), x)], {x: picture(1, 4, 5, 6, 2)})


def test_integers_and_windows_over_channels_stay():
    x = tf.placeholder(tf.float32, [2, 4, 4, 6])
    y = tf.nn.max_pool(x, [1, 1, 1, 2], [1, 1, 1, 2], "VALID")
    assert titles(y, [x]) == ["MaxPool"]
    i = tf.placeholder(tf.int32, [2, 4, 4, 6])
    grad = tf.raw_ops.MaxPoolGrad(
        orig_input=i, orig_output=pooled(i), grad=pooled(i), ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME"
    )
    assert "MaxPoolGrad" in titles(grad, [i])


def test_a_gradient_of_the_wrong_shape_is_refused():
    x = tf.placeholder(tf.float32, [1, 4, 4, 1])
    wrong = tf.placeholder(tf.float32)
    gradient = tf.gradients(pooled(x), x, wrong)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="grad"):
        session.run(gradient, {x: picture(1, 4, 4, 1), wrong: picture(1, 3, 3, 1)})


def test_empty_batches():
    x = tf.placeholder(tf.float32, [None, 4, 4, 2])
    y = pooled(tf.nn.relu(x))
    assert_equal_plans([y, *tf.gradients(y, x)], {x: picture(0, 4, 4, 2)})

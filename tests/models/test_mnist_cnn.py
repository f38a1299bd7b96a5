from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.models.mnist_cnn import mnist_cnn


def _pictures(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, 28, 28, 1)).astype(np.float32)


def test_the_variables_of_its_checkpoints() -> None:
    with tf.Graph().as_default():
        mnist_cnn(tf.placeholder(tf.float32, [None, 28, 28, 1]))
        variables = [(variable.op.name, variable.shape.as_list()) for variable in tf.global_variables()]
    assert variables == [
        ("conv_1/_weights", [5, 5, 1, 32]),
        ("conv_1/_biases", [32]),
        ("conv_2/_weights", [5, 5, 32, 64]),
        ("conv_2/_biases", [64]),
        ("fc_3/_weights", [1024, 1024]),
        ("fc_3/_biases", [1024]),
        ("fc_4/_weights", [1024, 10]),
        ("fc_4/_biases", [10]),
    ]
    assert sum(np.prod(shape) for _, shape in variables) == 1_111_946


def test_the_end_points() -> None:
    with tf.Graph().as_default():
        _, end_points = mnist_cnn(tf.placeholder(tf.float32, [None, 28, 28, 1]))
    assert {name: tensor.shape.as_list()[1:] for name, tensor in end_points.items()} == {
        "conv_1": [24, 24, 32],
        "pool_1": [12, 12, 32],
        "conv_2": [8, 8, 64],
        "pool_2": [4, 4, 64],
        "fc_3": [1024],
        "logits": [10],
    }


def _logits_twice(is_training: Any, feeds: dict[Any, Any]) -> tuple[np.ndarray, np.ndarray]:
    logits, _ = mnist_cnn(tf.constant(_pictures(2)), is_training=is_training)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(logits, feeds), session.run(logits, feeds)


@pytest.mark.parametrize("value", [False, True])
@pytest.mark.parametrize("fed", [False, True])
def test_units_are_dropped_in_training_only(value: bool, fed: bool) -> None:
    with tf.Graph().as_default():
        is_training = tf.placeholder_with_default(not value, []) if fed else value
        first, second = _logits_twice(is_training, {is_training: value} if fed else {})
    assert np.array_equal(first, second) is not value


def test_other_sizes_and_channels() -> None:
    with tf.Graph().as_default():
        logits, _ = mnist_cnn(tf.placeholder(tf.float32, [None, 13, 20, 3]), num_classes=4)
    assert logits.shape.as_list() == [None, 4]


def test_images_smaller_than_the_kernels_are_refused() -> None:
    with tf.Graph().as_default(), pytest.raises(ValueError, match="conv_2"):
        mnist_cnn(tf.placeholder(tf.float32, [None, 12, 12, 1]))

"""`convnet_mnist`: the two-convolution network for MNIST of Stanford's CS 20 (Huyen, lecture note 7), with its variable
names and its initial values."""

from __future__ import annotations

from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register

FILTERS = (32, 64)
KERNEL_SIZE = 5
HIDDEN_UNITS = 1024


def _conv_relu(images: Any, filters: int, name: str) -> Any:
    """A 5x5 convolution that keeps height and width, a bias and ReLU."""
    with tf.variable_scope(name):
        shape = [KERNEL_SIZE, KERNEL_SIZE, images.shape[-1].value, filters]
        kernel = tf.get_variable("kernel", shape, initializer=tf.truncated_normal_initializer())
        biases = tf.get_variable("biases", [filters], initializer=tf.random_normal_initializer())
        return tf.nn.relu(tf.nn.conv2d(images, kernel, strides=[1, 1, 1, 1], padding="SAME") + biases, name=name)


def _fully_connected(inputs: Any, units: int, name: str) -> Any:
    with tf.variable_scope(name):
        shape = [inputs.shape[-1].value, units]
        weights = tf.get_variable("weights", shape, initializer=tf.truncated_normal_initializer())
        biases = tf.get_variable("biases", [units], initializer=tf.zeros_initializer())
        return tf.matmul(inputs, weights) + biases


@register(
    input_shape=(28, 28, 1),
    num_classes=10,
    recipe=Recipe(epochs=25, batch_size=128, learning_rate=1e-3, dropout=0.25),
    source="Stanford CS 20, TensorFlow for Deep Learning Research, lecture note 7",
)
def convnet_mnist(
    images: Any, num_classes: int = 10, is_training: Any = False, dropout: float = 0.25
) -> tuple[Any, dict[str, Any]]:
    """Two 5x5 convolutions of 32 and 64 filters, 1024 units: 3,274,634 parameters for 28x28x1 and 10 classes.

    The weights begin with a standard deviation of 1, as in the course, so that the first losses are large.

    Args:
        images: float32 [batch, height, width, channels], at least 4x4.
        num_classes: how many logits.
        is_training: a bool or a scalar tensor of tf.bool: whether units are dropped.
        dropout: the fraction of the 1024 units dropped while training.

    Returns:
        The logits [batch, num_classes], and the end points conv1, pool1, conv2, pool2, fc, logits.

    Raises:
        ValueError: the images are too small to be pooled twice.
    """
    end_points: dict[str, Any] = {}
    features = images
    for number, filters in enumerate(FILTERS, start=1):
        features = end_points[f"conv{number}"] = _conv_relu(features, filters, f"conv{number}")
        features = tf.nn.max_pool(features, [1, 2, 2, 1], [1, 2, 2, 1], padding="VALID", name=f"pool{number}")
        end_points[f"pool{number}"] = features
    features = end_points["fc"] = tf.nn.relu(_fully_connected(tf.layers.flatten(features), HIDDEN_UNITS, "fc"))
    features = tf.layers.dropout(features, dropout, training=is_training, name="dropout")
    logits = end_points["logits"] = _fully_connected(features, num_classes, "logits")
    return logits, end_points

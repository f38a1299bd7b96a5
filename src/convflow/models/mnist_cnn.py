"""`mnist_cnn`: two convolutions and two fully connected layers for 28x28 grey digits.

The network of "Classifying Images with Deep Convolutional Neural Networks" (H.-P. Ma, National Tsing Hua
University), low-level version, with its variable names, so that its checkpoints fit. It is LeNet-5's plan
(LeCun et al. 1998) with ReLU, max-pooling and dropout.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register


@dataclass(frozen=True)
class Variant:
    """What distinguishes one network of the family from another.

    Args:
        filters: output channels of each convolution.
        kernel_size: height and width of every kernel, in pixels.
        hidden_units: units of each fully connected layer before the last.
    """

    filters: tuple[int, ...]
    kernel_size: int
    hidden_units: tuple[int, ...]


VARIANTS = {
    "mnist_cnn": Variant(filters=(32, 64), kernel_size=5, hidden_units=(1024,)),
}


def conv_block(images: Any, name: str, kernel_size: int, filters: int) -> tuple[Any, Any]:
    """Convolution without padding, bias, ReLU, and 2x2 max-pooling.

    Args:
        images: [batch, height, width, channels].

    Returns:
        The activation [batch, height - kernel_size + 1, width - kernel_size + 1, filters], and the same
        pooled to half its height and width, rounded up.
    """
    with tf.variable_scope(name):
        shape = [kernel_size, kernel_size, images.shape[-1].value, filters]
        weights = tf.get_variable("_weights", shape)
        biases = tf.get_variable("_biases", [filters], initializer=tf.zeros_initializer())
        features = tf.nn.conv2d(images, weights, strides=[1, 1, 1, 1], padding="VALID")
        features = tf.nn.bias_add(features, biases, name="net_pre-activation")
        features = tf.nn.relu(features, name="activation")
        pooled = tf.nn.max_pool(features, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME", name="pool")
    return features, pooled


def fully_connected(inputs: Any, name: str, units: int) -> Any:
    """Matrix product and bias: [batch, n] to [batch, units]."""
    with tf.variable_scope(name):
        weights = tf.get_variable("_weights", [inputs.shape[-1].value, units])
        biases = tf.get_variable("_biases", [units], initializer=tf.zeros_initializer())
        return tf.nn.bias_add(tf.matmul(inputs, weights), biases, name="net_pre-activation")


def flatten(images: Any) -> Any:
    """[batch, height, width, channels] to [batch, height * width * channels]."""
    return tf.reshape(images, [-1, prod(images.shape.as_list()[1:])], name="flatten")


def drop_in_training(units: Any, rate: float, is_training: Any) -> Any:
    """Dropout where `is_training`, and the units as they are elsewhere.

    The rate is a tensor, so that one graph both trains and predicts: with a rate of 0 every unit is kept.
    """
    return tf.nn.dropout(units, rate=rate * tf.cast(is_training, tf.float32), name="dropout")


def network(
    images: Any, variant: Variant, num_classes: int, is_training: Any, dropout: float
) -> tuple[Any, dict[str, Any]]:
    """Builds a variant; the layers are numbered through: conv_1, conv_2, fc_3, fc_4."""
    end_points: dict[str, Any] = {}
    number, features = 0, images
    for filters in variant.filters:
        number += 1
        name = f"conv_{number}"
        end_points[name], features = conv_block(features, name, variant.kernel_size, filters)
        end_points[f"pool_{number}"] = features
    features = flatten(features)
    for units in variant.hidden_units:
        number += 1
        name = f"fc_{number}"
        features = end_points[name] = tf.nn.relu(fully_connected(features, name, units), name=f"{name}_activation")
    features = drop_in_training(features, dropout, is_training)
    logits = end_points["logits"] = fully_connected(features, f"fc_{number + 1}", num_classes)
    return logits, end_points


def _build(name: str, images: Any, num_classes: int, is_training: Any, dropout: float) -> tuple[Any, dict[str, Any]]:
    return network(images, VARIANTS[name], num_classes, is_training, dropout)


@register(
    input_shape=(28, 28, 1),
    num_classes=10,
    recipe=Recipe(epochs=12, batch_size=64, learning_rate=1e-3, dropout=0.5),
    source="H.-P. Ma, Classifying Images with Deep Convolutional Neural Networks, low-level program",
)
def mnist_cnn(
    images: Any, num_classes: int = 10, is_training: Any = False, dropout: float = 0.5
) -> tuple[Any, dict[str, Any]]:
    """Two 5x5 convolutions of 32 and 64 filters, 1024 units, dropout: 1,111,946 parameters for 28x28x1 and 10 classes.

    Args:
        images: float32 [batch, height, width, channels], centred, at least 13x13.
        num_classes: how many logits.
        is_training: a bool or a scalar tensor of tf.bool: whether units are dropped.
        dropout: the fraction of the 1024 units dropped while training.

    Returns:
        The logits [batch, num_classes], and the end points conv_1, pool_1, conv_2, pool_2, fc_3, logits.

    Raises:
        ValueError: the images are too small for the kernels.
    """
    return _build("mnist_cnn", images, num_classes, is_training, dropout)

"""`cifar_cnn`: the network for CIFAR-10 of chapter 3 of "Hands-On Convolutional Neural Networks with TensorFlow"
(Zafar et al. 2018), plain and with the chapter's means against overfitting."""

from __future__ import annotations

from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register

FILTERS = (64, 64, 32)
HIDDEN_UNITS = (128, 64)
_SOURCE = "Zafar et al., Hands-On Convolutional Neural Networks with TensorFlow, ch. 3"


def _recipe(dropout: float) -> Recipe:
    return Recipe(epochs=30, batch_size=128, learning_rate=1e-3, dropout=dropout)


def network(
    images: Any, num_classes: int, is_training: Any, dropout: float, batch_norm: bool = False, l2: float = 0.0
) -> tuple[Any, dict[str, Any]]:
    """Three 5x5 convolutions of 64, 64 and 32 filters, each pooled, then 128 and 64 units.

    Args:
        images: float32 [batch, height, width, channels], at least 8x8.
        num_classes: how many logits.
        is_training: a bool or a scalar tensor of tf.bool: whether units are dropped and batches measured.
        dropout: the fraction of the 128 and of the 64 units dropped while training.
        batch_norm: whether batch normalization stands between each convolution and its ReLU, in place of the bias.
        l2: how strongly kernels are regularized; the terms are in `tf.GraphKeys.REGULARIZATION_LOSSES`.

    Returns:
        The logits [batch, num_classes], and the end points conv1 to conv3, pool1 to pool3, fc1, fc2, logits.

    Raises:
        ValueError: the images are too small to be pooled three times.
    """
    regularizer = tf.contrib.layers.l2_regularizer(l2) if l2 else None
    end_points: dict[str, Any] = {}
    features = images
    for number, filters in enumerate(FILTERS, start=1):
        name = f"conv{number}"
        features = tf.layers.conv2d(
            features, filters, 5, padding="same", use_bias=not batch_norm, kernel_regularizer=regularizer, name=name
        )
        if batch_norm:
            features = tf.layers.batch_normalization(
                features, momentum=0.9, epsilon=0.001, training=is_training, name=f"{name}_bn"
            )
        features = end_points[name] = tf.nn.relu(features, name=f"{name}_activation")
        features = end_points[f"pool{number}"] = tf.layers.max_pooling2d(features, 2, 2, name=f"pool{number}")
    features = tf.layers.flatten(features)
    for number, units in enumerate(HIDDEN_UNITS, start=1):
        name = f"fc{number}"
        features = tf.layers.dense(
            features, units, activation=tf.nn.relu, kernel_regularizer=regularizer, name=name
        )  # fmt: skip
        end_points[name] = features
        if dropout:
            features = tf.layers.dropout(features, dropout, training=is_training, name=f"{name}_dropout")
    logits = tf.layers.dense(features, num_classes, kernel_regularizer=regularizer, name="logits")
    end_points["logits"] = logits
    return logits, end_points


@register(input_shape=(32, 32, 3), num_classes=10, recipe=_recipe(0.0), source=_SOURCE)
def cifar_cnn(
    images: Any, num_classes: int = 10, is_training: Any = False, dropout: float = 0.0
) -> tuple[Any, dict[str, Any]]:
    """The plain network: 233,130 parameters for 32x32x3 and 10 classes. See `network`."""
    return network(images, num_classes, is_training, dropout)


@register(input_shape=(32, 32, 3), num_classes=10, recipe=_recipe(0.0), source=f"{_SOURCE}, batch norm")
def cifar_cnn_bn(
    images: Any, num_classes: int = 10, is_training: Any = False, dropout: float = 0.0
) -> tuple[Any, dict[str, Any]]:
    """With batch normalization between each convolution and its ReLU. See `network`."""
    return network(images, num_classes, is_training, dropout, batch_norm=True)


@register(input_shape=(32, 32, 3), num_classes=10, recipe=_recipe(0.5), source=f"{_SOURCE}, dropout")
def cifar_cnn_dropout(
    images: Any, num_classes: int = 10, is_training: Any = False, dropout: float = 0.5
) -> tuple[Any, dict[str, Any]]:
    """With half of the units of both fully connected layers dropped while training. See `network`."""
    return network(images, num_classes, is_training, dropout)


@register(input_shape=(32, 32, 3), num_classes=10, recipe=_recipe(0.0), source=f"{_SOURCE}, L2")
def cifar_cnn_l2(
    images: Any, num_classes: int = 10, is_training: Any = False, dropout: float = 0.0, l2: float = 0.001
) -> tuple[Any, dict[str, Any]]:
    """With every kernel's squares in the loss. See `network`."""
    return network(images, num_classes, is_training, dropout, l2=l2)

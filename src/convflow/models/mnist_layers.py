"""`mnist_layers`: the network for MNIST built with tf.layers of chapter 2 of "Hands-On Convolutional Neural Networks
with TensorFlow" (Zafar et al. 2018)."""

from __future__ import annotations

from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register

FILTERS = (32, 64)
HIDDEN_UNITS = 1024


@register(
    input_shape=(28, 28, 1),
    num_classes=10,
    recipe=Recipe(epochs=12, batch_size=64, learning_rate=1e-4, dropout=0.4),
    source="Zafar et al., Hands-On Convolutional Neural Networks with TensorFlow, ch. 2",
)
def mnist_layers(
    images: Any, num_classes: int = 10, is_training: Any = False, dropout: float = 0.4
) -> tuple[Any, dict[str, Any]]:
    """Two 5x5 convolutions of 32 and 64 filters, 1024 units: 3,274,634 parameters for 28x28x1 and 10 classes.

    Args:
        images: float32 [batch, height, width, channels], at least 4x4.
        num_classes: how many logits.
        is_training: a bool or a scalar tensor of tf.bool: whether units are dropped.
        dropout: the fraction of the 1024 units dropped while training.

    Returns:
        The logits [batch, num_classes], and the end points conv1, pool1, conv2, pool2, dense, logits.

    Raises:
        ValueError: the images are too small to be pooled twice.
    """
    end_points: dict[str, Any] = {}
    features = images
    for number, filters in enumerate(FILTERS, start=1):
        features = tf.layers.conv2d(features, filters, 5, padding="same", activation=tf.nn.relu, name=f"conv{number}")
        end_points[f"conv{number}"] = features
        features = end_points[f"pool{number}"] = tf.layers.max_pooling2d(features, 2, 2, name=f"pool{number}")
    features = tf.layers.dense(tf.layers.flatten(features), HIDDEN_UNITS, activation=tf.nn.relu, name="dense")
    end_points["dense"] = features
    features = tf.layers.dropout(features, dropout, training=is_training)
    logits = end_points["logits"] = tf.layers.dense(features, num_classes, name="logits")
    return logits, end_points

"""`iris_linear`: one matrix product and a bias, the linear classifier of chapter 1 of "Hands-On Convolutional Neural
Networks with TensorFlow" (Zafar et al. 2018), with its variable names."""

from __future__ import annotations

from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register


@register(
    input_shape=(1, 1, 4),
    num_classes=3,
    recipe=Recipe(epochs=100, batch_size=32, learning_rate=0.05),
    source="Zafar et al., Hands-On Convolutional Neural Networks with TensorFlow, ch. 1",
)
def iris_linear(images: Any, num_classes: int = 3, is_training: Any = False) -> tuple[Any, dict[str, Any]]:
    """A linear classifier: 15 parameters for four features and three classes.

    Args:
        images: float32 [batch, height, width, channels]; a table's features are channels of 1x1 pictures.
        num_classes: how many logits.
        is_training: makes no difference.

    Returns:
        The logits [batch, num_classes], and the end point logits.
    """
    features = tf.layers.flatten(images)
    weights = tf.get_variable("weights", [features.shape[1].value, num_classes])
    bias = tf.get_variable("bias", [num_classes], initializer=tf.zeros_initializer())
    logits = tf.nn.bias_add(tf.matmul(features, weights), bias, name="logits")
    return logits, {"logits": logits}

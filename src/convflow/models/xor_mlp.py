"""`xor_mlp`: the sigmoid network for exclusive or of chapter 2 of "Hands-On Convolutional Neural Networks with
TensorFlow" (Zafar et al. 2018)."""

from __future__ import annotations

from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register

HIDDEN_UNITS = (4, 8)


@register(
    input_shape=(1, 1, 2),
    num_classes=2,
    recipe=Recipe(epochs=500, batch_size=4, learning_rate=0.05),
    source="Zafar et al., Hands-On Convolutional Neural Networks with TensorFlow, ch. 2",
)
def xor_mlp(images: Any, num_classes: int = 2, is_training: Any = False) -> tuple[Any, dict[str, Any]]:
    """Two hidden layers of 4 and 8 sigmoid units: 70 parameters for two inputs and two classes.

    The book has one output with a sigmoid and the log loss: `num_classes=1` builds its 61 parameters. Two logits
    with a softmax say the same, and train like every other model.

    Args:
        images: float32 [batch, height, width, channels]; a table's features are channels of 1x1 pictures.
        num_classes: how many logits.
        is_training: makes no difference.

    Returns:
        The logits [batch, num_classes], and the end points hidden_1, hidden_2, logits.
    """
    end_points: dict[str, Any] = {}
    features = tf.layers.flatten(images)
    for number, units in enumerate(HIDDEN_UNITS, start=1):
        name = f"hidden_{number}"
        features = end_points[name] = tf.layers.dense(features, units, activation=tf.nn.sigmoid, name=name)
    logits = end_points["logits"] = tf.layers.dense(features, num_classes, name="logits")
    return logits, end_points

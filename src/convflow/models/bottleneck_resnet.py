"""`bottleneck_resnet`: the residual network of chapter 5 of "Hands-On Convolutional Neural Networks with TensorFlow"
(Zafar et al. 2018): four groups of three bottleneck blocks, with the book's names of scopes.

The book prints the groups. What it leaves out, the first layers, the widening between groups and the head, follows
He et al. 2015: a convolution and a max-pooling before, an average over the picture and one matrix product behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register


@dataclass(frozen=True)
class Group:
    """Blocks of one width: their number, the channels between them, and those of the 3x3 convolution within."""

    num_blocks: int
    num_filters: int
    bottleneck_size: int


GROUPS = (Group(3, 128, 32), Group(3, 256, 64), Group(3, 512, 128), Group(3, 1024, 256))
_FIRST_FILTERS = 64


def _conv_relu_bn(features: Any, filters: int, kernel_size: int, is_training: Any, name: str) -> Any:
    with tf.variable_scope(name):
        features = tf.layers.conv2d(features, filters, kernel_size, padding="same", activation=tf.nn.relu)
        return tf.layers.batch_normalization(features, training=is_training)


def _block(features: Any, group: Group, is_training: Any, name: str) -> Any:
    inside = _conv_relu_bn(features, group.num_filters, 1, is_training, f"{name}/conv_in")
    inside = _conv_relu_bn(inside, group.bottleneck_size, 3, is_training, f"{name}/conv_bottleneck")
    inside = _conv_relu_bn(inside, features.shape[-1].value, 1, is_training, f"{name}/conv_out")
    return inside + features


@register(
    input_shape=(28, 28, 1),
    num_classes=10,
    recipe=Recipe(epochs=10, batch_size=64, learning_rate=1e-3),
    source="Zafar et al., Hands-On Convolutional Neural Networks with TensorFlow, ch. 5",
)
def bottleneck_resnet(images: Any, num_classes: int = 10, is_training: Any = False) -> tuple[Any, dict[str, Any]]:
    """Twelve bottleneck blocks of 128 to 1024 channels: 15,373,418 parameters for one channel and 10 classes.

    Args:
        images: float32 [batch, height, width, channels].
        num_classes: how many logits.
        is_training: a bool or a scalar tensor of tf.bool: whether batches are measured.

    Returns:
        The logits [batch, num_classes], and the end points conv1, group_0 to group_3, pool, logits.
    """
    end_points: dict[str, Any] = {}
    features = end_points["conv1"] = _conv_relu_bn(images, _FIRST_FILTERS, 7, is_training, "conv1")
    features = tf.layers.max_pooling2d(features, 3, 2, padding="same")
    for number, group in enumerate(GROUPS):
        with tf.variable_scope(f"group_{number}/widen"):
            features = tf.layers.conv2d(features, group.num_filters, 1)
        for block in range(group.num_blocks):
            features = _block(features, group, is_training, f"group_{number}/block_{block}")
        end_points[f"group_{number}"] = features
    features = end_points["pool"] = tf.reduce_mean(features, axis=[1, 2], name="pool")
    logits = end_points["logits"] = tf.layers.dense(features, num_classes, name="logits")
    return logits, end_points

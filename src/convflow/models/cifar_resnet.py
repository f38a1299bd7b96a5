"""`resnet20`, `resnet32`, `resnet56`: the residual networks for CIFAR-10 (He et al. 2015, "Deep Residual Learning for
Image Recognition", section 4.2), whose shortcuts have no parameters."""

from __future__ import annotations

from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register

STAGES = (16, 32, 64)
_SOURCE = "He et al. 2015, Deep Residual Learning for Image Recognition, section 4.2"
# The paper's batches, rate and augmentation. A cosine reaches as much in fewer passes than its steps of the rate; in so
# few, five times its weight decay and cutting out squares keep the network from learning pictures by heart.
_RECIPE = Recipe(
    epochs=60,
    batch_size=128,
    learning_rate=0.1,
    optimizer="momentum",
    schedule="cosine",
    l2=5e-4,
    augment="flip,crop:4,cutout:8",
)


def _conv_bn(features: Any, filters: int, stride: int, is_training: Any, name: str) -> Any:
    """A 3x3 convolution and batch normalization, which makes a bias needless."""
    features = tf.layers.conv2d(
        features, filters, 3, strides=stride, padding="same", use_bias=False,
        kernel_initializer=tf.variance_scaling_initializer(2.0, mode="fan_out"), name=name,
    )  # fmt: skip
    return tf.layers.batch_normalization(
        features, momentum=0.9, epsilon=1e-5, training=is_training, name=f"{name}_bn"
    )  # fmt: skip


def _shortcut(features: Any, filters: int, stride: int) -> Any:
    """The block's input in the shape of its output: every second pixel, and channels of zeros (option A)."""
    missing = filters - features.shape[-1].value
    if stride > 1:
        features = features[:, ::stride, ::stride, :]
    if missing:
        features = tf.pad(features, [[0, 0], [0, 0], [0, 0], [missing // 2, missing - missing // 2]])
    return features


def _block(features: Any, filters: int, stride: int, is_training: Any, name: str) -> Any:
    with tf.variable_scope(name):
        residual = tf.nn.relu(_conv_bn(features, filters, stride, is_training, "conv1"))
        residual = _conv_bn(residual, filters, 1, is_training, "conv2")
        return tf.nn.relu(residual + _shortcut(features, filters, stride))


def network(images: Any, blocks: int, num_classes: int, is_training: Any) -> tuple[Any, dict[str, Any]]:
    """A residual network of 6 * blocks + 2 layers.

    Args:
        images: float32 [batch, height, width, channels].
        blocks: residual blocks of two convolutions in each of the three stages.
        num_classes: how many logits.
        is_training: a bool or a scalar tensor of tf.bool: whether batches are measured.

    Returns:
        The logits [batch, num_classes], and the end points conv1, stage1 to stage3, pool, logits.
    """
    end_points: dict[str, Any] = {}
    features = end_points["conv1"] = tf.nn.relu(_conv_bn(images, STAGES[0], 1, is_training, "conv1"))
    for stage, filters in enumerate(STAGES, start=1):
        for block in range(1, blocks + 1):
            stride = 2 if stage > 1 and block == 1 else 1
            features = _block(features, filters, stride, is_training, f"stage{stage}_block{block}")
        end_points[f"stage{stage}"] = features
    features = end_points["pool"] = tf.reduce_mean(features, axis=[1, 2], name="pool")
    logits = end_points["logits"] = tf.layers.dense(features, num_classes, name="logits")
    return logits, end_points


@register(input_shape=(32, 32, 3), num_classes=10, recipe=_RECIPE, source=_SOURCE)
def resnet20(images: Any, num_classes: int = 10, is_training: Any = False) -> tuple[Any, dict[str, Any]]:
    """Twenty layers: 269,722 parameters for three channels and 10 classes. See `network`."""
    return network(images, 3, num_classes, is_training)


@register(input_shape=(32, 32, 3), num_classes=10, recipe=_RECIPE, source=_SOURCE)
def resnet32(images: Any, num_classes: int = 10, is_training: Any = False) -> tuple[Any, dict[str, Any]]:
    """Thirty-two layers: 464,154 parameters for three channels and 10 classes. See `network`."""
    return network(images, 5, num_classes, is_training)


@register(input_shape=(32, 32, 3), num_classes=10, recipe=_RECIPE, source=_SOURCE)
def resnet56(images: Any, num_classes: int = 10, is_training: Any = False) -> tuple[Any, dict[str, Any]]:
    """Fifty-six layers: 853,018 parameters for three channels and 10 classes. See `network`."""
    return network(images, 9, num_classes, is_training)

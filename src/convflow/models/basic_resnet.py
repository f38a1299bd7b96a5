"""`resnet18`, `resnet34`: the residual networks of basic blocks for large pictures (He et al. 2015, "Deep Residual
Learning for Image Recognition", table 1), with projections where a block changes the shape. The deeper ones, of
bottleneck blocks, are TF-Slim's `resnet_v1_50` and so on."""

from __future__ import annotations

from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register

STAGES = (64, 128, 256, 512)
_SOURCE = "He et al. 2015, Deep Residual Learning for Image Recognition, table 1"
_RECIPE = Recipe(
    epochs=90, batch_size=32, learning_rate=0.0125, optimizer="momentum", schedule="step", l2=1e-4, augment="flip,crop"
)


def _conv_bn(features: Any, filters: int, kernel_size: int, stride: int, is_training: Any, name: str) -> Any:
    """A convolution and batch normalization, which makes a bias needless."""
    features = tf.layers.conv2d(
        features, filters, kernel_size, strides=stride, padding="same", use_bias=False,
        kernel_initializer=tf.variance_scaling_initializer(2.0, mode="fan_out"), name=name,
    )  # fmt: skip
    return tf.layers.batch_normalization(
        features, momentum=0.9, epsilon=1e-5, training=is_training, name=f"{name}_bn"
    )  # fmt: skip


def _block(features: Any, filters: int, stride: int, is_training: Any, name: str) -> Any:
    with tf.variable_scope(name):
        shortcut = features
        if stride > 1 or features.shape[-1].value != filters:
            shortcut = _conv_bn(features, filters, 1, stride, is_training, "shortcut")
        residual = tf.nn.relu(_conv_bn(features, filters, 3, stride, is_training, "conv1"))
        residual = _conv_bn(residual, filters, 3, 1, is_training, "conv2")
        return tf.nn.relu(residual + shortcut)


def network(
    images: Any, blocks: tuple[int, int, int, int], num_classes: int, is_training: Any
) -> tuple[Any, dict[str, Any]]:
    """A residual network of basic blocks.

    Args:
        images: float32 [batch, height, width, channels].
        blocks: of two convolutions each, in each of the four stages.
        num_classes: how many logits.
        is_training: a bool or a scalar tensor of tf.bool: whether batches are measured.

    Returns:
        The logits [batch, num_classes], and the end points conv1, stage1 to stage4, pool, logits.
    """
    end_points: dict[str, Any] = {}
    features = end_points["conv1"] = tf.nn.relu(_conv_bn(images, STAGES[0], 7, 2, is_training, "conv1"))
    features = tf.layers.max_pooling2d(features, 3, 2, padding="same")
    for stage, (count, filters) in enumerate(zip(blocks, STAGES, strict=True), start=1):
        for block in range(1, count + 1):
            stride = 2 if stage > 1 and block == 1 else 1
            features = _block(features, filters, stride, is_training, f"stage{stage}_block{block}")
        end_points[f"stage{stage}"] = features
    features = end_points["pool"] = tf.reduce_mean(features, axis=[1, 2], name="pool")
    logits = end_points["logits"] = tf.layers.dense(features, num_classes, name="logits")
    return logits, end_points


@register(input_shape=(224, 224, 3), num_classes=1000, recipe=_RECIPE, source=_SOURCE)
def resnet18(images: Any, num_classes: int = 1000, is_training: Any = False) -> tuple[Any, dict[str, Any]]:
    """Eighteen layers: 11,689,512 parameters for three channels and 1000 classes. See `network`."""
    return network(images, (2, 2, 2, 2), num_classes, is_training)


@register(input_shape=(224, 224, 3), num_classes=1000, recipe=_RECIPE, source=_SOURCE)
def resnet34(images: Any, num_classes: int = 1000, is_training: Any = False) -> tuple[Any, dict[str, Any]]:
    """Thirty-four layers: 21,797,672 parameters for three channels and 1000 classes. See `network`."""
    return network(images, (3, 4, 6, 3), num_classes, is_training)

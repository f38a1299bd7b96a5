"""MobileNet v1 (Howard et al. 2017), width 1, 224x224: depthwise and pointwise convolutions in turn."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, classifier, pictures

# Filters and stride of each depthwise separable block.
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


def normalized(tf: Any, features: Any, training: bool) -> Any:
    return tf.nn.relu6(tf.layers.batch_normalization(features, momentum=0.9997, epsilon=1e-3, training=training))


def pointwise(tf: Any, features: Any, filters: int, size: int, stride: int, training: bool) -> Any:
    features = tf.layers.conv2d(features, filters, size, stride, padding="same", use_bias=False)
    return normalized(tf, features, training)


def depthwise(tf: Any, features: Any, stride: int, training: bool, name: str) -> Any:
    weights = tf.get_variable(name, [3, 3, features.shape[-1].value, 1])
    features = tf.nn.depthwise_conv2d(features, weights, [1, stride, stride, 1], "SAME")
    return normalized(tf, features, training)


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image = tf.placeholder(tf.float32, [None, 224, 224, 3])
    features = pointwise(tf, image, 32, 3, 2, training)
    for number, (filters, stride) in enumerate(BLOCKS):
        features = depthwise(tf, features, stride, training, f"depthwise_{number}")
        features = pointwise(tf, features, filters, 1, 1, training)
    logits = tf.layers.dense(tf.reduce_mean(features, [1, 2]), 1000)
    optimizer = tf.train.MomentumOptimizer(0.01, 0.9)
    return classifier(tf, image, logits, pictures(batch, 224, 224, 3), optimizer, training)

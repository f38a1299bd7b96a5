"""Three 5x5 convolutions (64, 64, 32) with pooling and three dense layers, for 32x32 colour pictures."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, classifier, pictures


def network(tf: Any, image: Any) -> Any:
    """[batch, 32, 32, 3] to logits [batch, 10]."""
    features = image
    for filters in (64, 64, 32):
        features = tf.layers.conv2d(features, filters, 5, padding="same", activation=tf.nn.relu)
        features = tf.layers.max_pooling2d(features, 2, 2)
    units = tf.reshape(features, [-1, 4 * 4 * 32])
    for width in (128, 64):
        units = tf.layers.dense(units, width, activation=tf.nn.relu)
    return tf.layers.dense(units, 10)


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image = tf.placeholder(tf.float32, [None, 32, 32, 3])
    logits = network(tf, image)
    return classifier(tf, image, logits, pictures(batch, 32, 32, 3), tf.train.AdamOptimizer(1e-3), training)

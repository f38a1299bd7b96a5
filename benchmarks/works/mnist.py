"""Two 5x5 convolutions of 32 and 64 filters and 1024 units with dropout, for 28x28 grey digits."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, classifier, pictures


def network(tf: Any, image: Any, training: Any) -> Any:
    """[batch, 784] to logits [batch, 10]."""
    features = tf.reshape(image, [-1, 28, 28, 1])
    for filters in (32, 64):
        features = tf.layers.conv2d(features, filters, 5, padding="same", activation=tf.nn.relu)
        features = tf.layers.max_pooling2d(features, 2, 2)
    units = tf.layers.dense(tf.reshape(features, [-1, 7 * 7 * 64]), 1024, activation=tf.nn.relu)
    return tf.layers.dense(tf.layers.dropout(units, 0.4, training=training), 10)


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image = tf.placeholder(tf.float32, [None, 784])
    logits = network(tf, image, training)
    return classifier(tf, image, logits, pictures(batch, 784), tf.train.AdamOptimizer(1e-4), training)

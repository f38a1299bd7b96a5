"""Building a graph of 100 convolution layers, its gradients and Adam; nothing is run."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Action

LAYERS = 100


def build(tf: Any, slim: Any, batch: int, training: bool) -> Action:
    def step() -> None:
        with tf.Graph().as_default():
            features = tf.placeholder(tf.float32, [None, 32, 32, 16])
            for _ in range(LAYERS):
                features = tf.layers.conv2d(features, 16, 3, padding="same", activation=tf.nn.relu)
            tf.train.AdamOptimizer(1e-4).minimize(tf.reduce_mean(features))

    return Action(step)

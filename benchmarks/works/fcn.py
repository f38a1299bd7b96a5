"""A fully convolutional network: five stages down to 1/32, and transposed convolutions with skips back up.

The upsampling half is that of FCN-8s (Long, Shelhamer, Darrell 2015): twice by two, once by eight.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.works.program import Program, cross_entropy, one_hot, pictures

SIZE, CLASSES = 224, 21


def network(tf: Any, image: Any) -> Any:
    """[batch, SIZE, SIZE, 3] to logits [batch, SIZE, SIZE, CLASSES]."""
    features, stages = image, []
    for filters in (32, 64, 128, 256, 256):
        features = tf.layers.conv2d(features, filters, 3, padding="same", activation=tf.nn.relu)
        features = tf.layers.max_pooling2d(features, 2, 2)
        stages.append(features)
    scores = tf.layers.conv2d(features, CLASSES, 1)
    for stage in (stages[3], stages[2]):
        scores = tf.layers.conv2d_transpose(scores, CLASSES, 4, 2, padding="same")
        scores += tf.layers.conv2d(stage, CLASSES, 1)
    return tf.layers.conv2d_transpose(scores, CLASSES, 16, 8, padding="same")


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image = tf.placeholder(tf.float32, [None, SIZE, SIZE, 3])
    logits = network(tf, image)
    images = pictures(batch, SIZE, SIZE, 3)
    if not training:
        return Program(tf.argmax(logits, -1), {image: images})
    label = tf.placeholder(tf.float32, [None, SIZE, SIZE, CLASSES])
    loss = cross_entropy(tf, label, logits)
    labels = np.reshape(one_hot(batch * SIZE * SIZE, CLASSES), (batch, SIZE, SIZE, CLASSES))
    return Program([loss, tf.train.AdamOptimizer(1e-4).minimize(loss)], {image: images, label: labels})

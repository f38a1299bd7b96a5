"""A convolutional variational autoencoder of 28x28 digits with 20 latent values."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, pictures


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image = tf.placeholder(tf.float32, [None, 784])
    features = tf.reshape(image, [-1, 28, 28, 1])
    for filters in (16, 32):
        features = tf.layers.conv2d(features, filters, 5, 2, padding="same", activation=tf.nn.relu)
    flat = tf.reshape(features, [-1, 7 * 7 * 32])
    mean, deviation = tf.layers.dense(flat, 20), tf.layers.dense(flat, 20)
    latent = mean + deviation * tf.random_normal(tf.shape(mean))
    grown = tf.nn.relu(tf.reshape(tf.layers.dense(latent, 7 * 7 * 32), [-1, 7, 7, 32]))
    grown = tf.layers.conv2d_transpose(grown, 32, 5, 2, padding="same", activation=tf.nn.relu)
    output = tf.layers.conv2d_transpose(grown, 1, 5, 2, padding="same", activation=tf.nn.sigmoid)
    flat_output = tf.reshape(output, [-1, 784])
    images = pictures(batch, 784)
    if not training:
        return Program(flat_output, {image: images})
    generation = tf.reduce_sum(tf.square(flat_output - image), 1)
    square = tf.square(deviation)
    divergence = 0.5 * tf.reduce_sum(tf.square(mean) + square - tf.log(1e-8 + square) - 1.0, 1)
    loss = tf.reduce_mean(generation + divergence)
    return Program([loss, tf.train.AdamOptimizer(1e-4).minimize(loss)], {image: images})

"""A convolutional generator and discriminator of 28x28 digits; a step trains one, then the other."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, pictures

NOISE = 96


def discriminator(tf: Any, flat: Any) -> Any:
    with tf.variable_scope("discriminator", reuse=tf.AUTO_REUSE):
        features = tf.reshape(flat, [-1, 28, 28, 1])
        for number, filters in enumerate((32, 64)):
            features = tf.layers.conv2d(features, filters, 5, activation=tf.nn.leaky_relu, name=f"conv_{number}")
            features = tf.layers.max_pooling2d(features, 2, 2)
        units = tf.layers.dense(tf.reshape(features, [-1, 1024]), 1024, activation=tf.nn.leaky_relu, name="fc_1")
        return tf.layers.dense(units, 1, name="fc_2")


def generator(tf: Any, noise: Any) -> Any:
    with tf.variable_scope("generator"):
        units = noise
        for width in (1024, 7 * 7 * 128):
            units = tf.layers.dense(units, width, activation=tf.nn.relu)
            units = tf.layers.batch_normalization(units, training=True)
        grown = tf.reshape(units, [-1, 7, 7, 128])
        grown = tf.layers.conv2d_transpose(grown, 64, 4, 2, padding="same", activation=tf.nn.relu)
        grown = tf.layers.batch_normalization(grown, training=True)
        grown = tf.layers.conv2d_transpose(grown, 1, 4, 2, padding="same", activation=tf.nn.tanh)
        return tf.reshape(grown, [-1, 784])


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    image, noise = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, NOISE])
    drawn = generator(tf, noise)
    real, fake = discriminator(tf, image), discriminator(tf, drawn)
    if not training:
        return Program(drawn, {noise: pictures(batch, NOISE)})

    def towards(logits: Any, target: Any) -> Any:
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=target(logits), logits=logits))

    judge_loss = towards(real, tf.ones_like) + towards(fake, tf.zeros_like)
    draw_loss = towards(fake, tf.ones_like)
    judge_variables = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, "discriminator")
    draw_variables = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, "generator")
    judge_step = tf.train.AdamOptimizer(1e-3, beta1=0.5).minimize(judge_loss, var_list=judge_variables)
    draw_step = tf.train.AdamOptimizer(1e-3, beta1=0.5).minimize(draw_loss, var_list=draw_variables)
    feeds = {image: pictures(batch, 784), noise: pictures(batch, NOISE)}
    return Program([[judge_loss, judge_step], [draw_loss, draw_step]], feeds)

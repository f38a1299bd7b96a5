"""A line fitted by gradient descent: plain variables, operators between tensors and numbers, assignments."""

from __future__ import annotations

from typing import Any


def build(tf: Any) -> None:
    x = tf.placeholder(tf.float32, name="x")
    y = tf.placeholder(tf.float32, [None], name="y")
    weight = tf.Variable(0.0, name="weight")
    bias = tf.Variable(tf.constant(0.5), name="bias")
    tf.Variable(tf.random_normal([3, 2], stddev=0.35, seed=1), name="noise", trainable=False)
    steps = tf.Variable(0, trainable=False, dtype=tf.int64)
    predicted = x * weight + bias
    loss = tf.reduce_mean(tf.square(y - predicted), name="loss")
    optimizer = tf.train.GradientDescentOptimizer(learning_rate=0.001)
    pairs = optimizer.compute_gradients(loss)
    optimizer.apply_gradients(pairs, global_step=steps, name="train")
    tf.assign(weight, 2.0 * bias, name="reset")
    weight.assign_add(1.0)
    bias.assign_sub(0.25)
    tf.assign_add(steps, 5)
    tf.global_variables_initializer()
    tf.variables_initializer([weight, bias], name="some")

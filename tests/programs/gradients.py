"""Explicit gradients, for `--all`: sums of paths, stopped paths, given grad_ys, several targets."""

from __future__ import annotations

from typing import Any


def build(tf: Any) -> None:
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.Variable([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]], name="w")
    b = tf.Variable([0.1, -0.1], name="b")
    hidden = tf.nn.relu(tf.matmul(x, w) + b)
    loss = tf.reduce_mean(tf.reduce_sum(hidden * tf.exp(-hidden), axis=1))
    penalty = tf.reduce_sum(tf.square(w)) + tf.reduce_max(tf.abs(b))
    tf.gradients(loss + 0.01 * penalty, [w, b, x])
    tf.gradients([loss, penalty], [w, b], name="both/gradients")
    tf.gradients(hidden, w, grad_ys=tf.ones_like(hidden) * 2.0)
    tf.gradients(tf.stop_gradient(hidden) * hidden, [b])
    tf.gradients(loss, [hidden, w], stop_gradients=[hidden])

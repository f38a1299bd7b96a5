"""Names: name scopes, variable scopes, reuse, control dependencies, devices, unique names."""

from __future__ import annotations

from typing import Any


def build(tf: Any) -> None:
    a = tf.constant([[1.0, 2.0], [3.0, 4.0]], name="a")
    tf.constant(3, name="a")
    with tf.name_scope("outer"):
        b = tf.constant(2.0) * a
        with tf.name_scope("inner") as inner:
            c = tf.add(a, b, name="sum")
        with tf.name_scope("inner"):
            d = tf.subtract(c, 1.0)
        with tf.name_scope(inner):
            tf.negative(d)
        with tf.name_scope(None):
            tf.identity(d, name="top")
    with tf.name_scope("outer"):
        tf.identity(a)

    with tf.variable_scope("layer", initializer=tf.constant_initializer(0.1)) as scope:
        w = tf.get_variable("w", [2, 3])
        tf.get_variable("v", [3], dtype=tf.float64, initializer=tf.zeros_initializer())
        product = tf.matmul(a, w)
        with tf.variable_scope("deeper"):
            tf.get_variable("u", shape=[], initializer=tf.truncated_normal_initializer(stddev=0.1, seed=3))
    with tf.variable_scope(scope, reuse=True):
        again = tf.get_variable("w", [2, 3])
        tf.matmul(a, again)
    with tf.variable_scope("layer", reuse=tf.AUTO_REUSE):
        tf.get_variable("w", [2, 3])
        tf.get_variable("x", [2], initializer=tf.random_uniform_initializer(-1.0, 1.0))
        tf.identity(product, name="out")
    with tf.variable_scope(None, default_name="block"):
        tf.get_variable("k", [1, 1, 3, 4])
    with tf.variable_scope(None, default_name="block"):
        tf.get_variable("k", [1, 1, 3, 4], collections=["mine", tf.GraphKeys.GLOBAL_VARIABLES])

    with tf.control_dependencies([product, w.initializer]):
        held = tf.constant(1.0)
        with tf.control_dependencies(None):
            tf.constant(5.0)
        with tf.control_dependencies([held]):
            tf.identity(product)
            tf.no_op(name="done")
    tf.group(product, d, name="all")
    tf.tuple([product, d])
    with tf.device("/cpu:0"):
        tf.ones([2, 2])
        with tf.device("/gpu:1"):
            tf.zeros([2])
        with tf.device(None):
            tf.zeros([3])
    with tf.device("/job:worker/task:1"), tf.device("/gpu:2"):
        tf.fill([2], 7.0)
    tf.add_to_collection("mine", product)
    tf.local_variables_initializer()

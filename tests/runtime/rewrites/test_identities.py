"""Nodes that hand on what they get take no line of a plan."""

from __future__ import annotations

import numpy as np

import convflow as tf
from tests.runtime.rewrites.plans import assert_equal_plans, titles


def test_the_plan_has_no_identity():
    x = tf.placeholder(tf.float32, [2])
    y = tf.square(tf.identity(tf.stop_gradient(x)))
    assert titles(y, [x]) == ["Square"]


def test_values_are_the_same():
    x = tf.placeholder(tf.float32, [2])
    y = tf.identity(tf.identity(x) * 2.0)
    assert_equal_plans([y, tf.identity(y), tf.identity(x)], {x: np.array([1.0, 2.0], np.float32)})


def test_a_value_read_before_a_write_is_read_before_it():
    v = tf.Variable([1.0, 2.0], use_resource=True)
    before = tf.identity(v.read_value())
    with tf.control_dependencies([before]):
        write = v.assign_add([1.0, 1.0])
    assert_equal_plans([before, write], {}, setup=tf.global_variables_initializer())


def test_an_identity_of_one_branch_stays_in_it():
    x = tf.placeholder(tf.float32, [])
    y = tf.cond(x > 0.0, lambda: tf.identity(x) + 1.0, lambda: tf.identity(x) - 1.0)
    for value in (1.0, -1.0):
        assert_equal_plans([y], {x: value})


def test_a_fed_identity_is_what_was_fed():
    x = tf.constant(1.0)
    y = tf.identity(x)
    assert_equal_plans([y * 2.0], {y: np.float32(5.0)})

"""What is computed twice runs once."""

from __future__ import annotations

import numpy as np

import convflow as tf
from tests.runtime.rewrites.plans import assert_equal_plans, titles

X = np.array([1.0, 2.0], np.float32)


def test_equal_nodes_run_once():
    x = tf.placeholder(tf.float32, [2])
    y = [tf.exp(x * 2.0), tf.exp(x * 2.0), tf.exp(x * 3.0)]
    assert sorted(titles(y, [x])) == ["Exp", "Exp", "Mul", "Mul"]
    assert_equal_plans(y, {x: X})


def test_attributes_tell_nodes_apart():
    x = tf.placeholder(tf.float32, [2, 2])
    y = [tf.matmul(x, x), tf.matmul(x, x, transpose_b=True), tf.matmul(x, x)]
    assert titles(y, [x]).count("MatMul") == 2
    assert_equal_plans(y, {x: np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)})


def test_random_numbers_are_drawn_each_on_their_own():
    y = [tf.random_uniform([2], seed=1), tf.random_uniform([2], seed=1)]
    assert titles(y, []) == ["RandomUniform"] * 2
    assert_equal_plans(y, {}, steps=2)


def test_nodes_of_two_branches_stay_in_them():
    x = tf.placeholder(tf.float32, [])
    y = tf.cond(x > 0.0, lambda: tf.exp(x), lambda: -tf.exp(x))
    for value in (1.0, -1.0):
        assert_equal_plans([y], {x: np.float32(value)})


def test_a_fed_node_is_not_its_twin():
    x = tf.placeholder(tf.float32, [2])
    one, other = tf.exp(x), tf.exp(x)
    assert_equal_plans([tf.negative(one), tf.negative(other)], {x: X, other: X})


def test_a_variable_is_read_again_after_it_was_written():
    v = tf.Variable(X, use_resource=True)
    before = [v.read_value(), v.read_value()]
    with tf.control_dependencies(before):
        write = v.assign_add(X)
    with tf.control_dependencies([write]):
        after = v.read_value()
    fetches = [*before, after]
    assert_equal_plans(fetches, {}, tf.global_variables_initializer(), steps=2)
    assert titles([before[0] + before[1]], []).count("ReadVariableOp") == 1


def test_signs_of_zero_and_types_tell_constants_apart():
    x = tf.placeholder(tf.float32, [])
    y = [tf.divide(x, tf.constant(0.0)), tf.divide(x, tf.constant(-0.0)), tf.cast(tf.constant(0), tf.float32) / x]
    assert_equal_plans(y, {x: np.float32(1.0)})


def test_a_loop_takes_a_shared_constant():
    x = tf.placeholder(tf.float32, [])
    y = tf.while_loop(lambda i: i < 10.0, lambda i: i * 2.0 + tf.constant(1.0), [x + tf.constant(1.0)])
    assert_equal_plans([y, x * 2.0], {x: np.float32(1.0)})

"""Nodes that give what they take are left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from tests.runtime.rewrites.plans import assert_equal_plans, titles

X = np.array([[1.0, -2.0], [3.0, 4.0]], np.float32)

IDLE = [
    lambda x: tf.reshape(x, [2, 2]),
    lambda x: tf.reduce_sum(x, axis=[]),
    lambda x: tf.tile(x, [1, 1]),
    lambda x: tf.broadcast_to(x, [2, 2]),
    lambda x: tf.pad(x, [[0, 0], [0, 0]]),
    lambda x: tf.slice(x, [0, 0], [2, 2]),
    lambda x: x * 1.0,
    lambda x: 1.0 * x,
    lambda x: x + tf.zeros([2]),
    lambda x: x - 0.0,
    lambda x: x / 1.0,
    lambda x: tf.add_n([tf.zeros([2, 2]), x]),
    lambda x: tf.add_n([x, tf.zeros_like(x), tf.zeros([2, 2])]),
]
BUSY = [
    lambda x: tf.reshape(x, [1, 4]),
    lambda x: tf.reduce_max(x, axis=[0]),
    lambda x: tf.tile(x, [2, 1]),
    lambda x: x * 2.0,
    lambda x: 0.0 - x,
    lambda x: 1.0 / x,
    lambda x: x + tf.zeros([1, 2, 2]),
    lambda x: tf.reverse(x, [0]),
    lambda x: tf.add_n([x, x, tf.zeros([2, 2])]),
]


@pytest.mark.parametrize("idle", IDLE)
def test_what_changes_nothing_takes_no_step(idle: Any) -> None:
    x = tf.placeholder(tf.float32, [2, 2])
    y = idle(tf.exp(x))
    assert titles(y, [x]) == ["Exp"]
    assert_equal_plans([y], {x: X})


@pytest.mark.parametrize("busy", BUSY)
def test_what_changes_something_stays(busy: Any) -> None:
    x = tf.placeholder(tf.float32, [2, 2])
    y = busy(tf.exp(x))
    assert len(titles(y, [x])) == 2
    assert_equal_plans([y], {x: X})


def test_a_sum_with_zeros_of_another_shape_is_an_error() -> None:
    x = tf.placeholder(tf.float32, [None, 2])
    total = tf.add_n([tf.exp(x), tf.zeros([2, 2])])
    assert_equal_plans([total], {x: X})
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError):
        session.run(total, {x: X[:1]})


@pytest.mark.parametrize("size", [1, 2])
def test_unknown_sizes(size: int) -> None:
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.reshape(tf.exp(x), [2, 2]) if size == 2 else tf.exp(x) * tf.ones([2, 1])
    assert len(titles(y, [x])) == 2
    assert titles(tf.exp(x) * 1.0, [x]) == ["Exp"]
    assert_equal_plans([y], {x: X[:size]})


def test_a_variable_is_read_when_it_is_read() -> None:
    v = tf.Variable([1.0, 2.0])
    read = tf.reshape(v, [2]) * 1.0
    with tf.control_dependencies([read]):
        write = tf.assign(v, [5.0, 6.0])
    assert_equal_plans([read, write], {}, setup=tf.global_variables_initializer())


def test_what_is_fed_is_not_taken_for_its_constant() -> None:
    one = tf.constant(1.0)
    x = tf.placeholder(tf.float32, [2, 2])
    assert_equal_plans([tf.exp(x) * one], {x: X, one: np.float32(3.0)})

"""What is known beforehand is computed beforehand."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from tests.runtime.rewrites.plans import assert_equal_plans, run, titles

X = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


def test_nodes_of_constants_take_no_step():
    x = tf.placeholder(tf.float32, [2, 2])
    y = x * tf.exp(tf.constant([1.0, 2.0]) + 1.0)
    assert titles(y, [x]) == ["Mul"]
    assert_equal_plans([y], {x: X}, steps=2)


def test_nodes_of_known_shapes_take_no_step():
    x = tf.placeholder(tf.float32, [2, 2])
    size = tf.raw_ops.Shape(input=x)
    y = tf.reshape(x, tf.reduce_prod(size, keepdims=True))
    assert titles([y, size], [x]) == ["Reshape"]
    assert_equal_plans([y, size], {x: X})


@pytest.mark.parametrize("rows", [1, 3])
def test_what_depends_on_an_unknown_size_stays(rows: int):
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.reshape(x, [tf.shape(x)[0] * 2])
    assert "Shape" in titles([y], [x])
    assert_equal_plans([y], {x: np.ones([rows, 2], np.float32)})


def test_a_node_that_fails_fails_in_the_run():
    x = tf.placeholder(tf.float32, [2])
    wrong = tf.floordiv(tf.constant([1, 2]), tf.constant([0, 1]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="FloorDiv"):
        run([wrong, tf.exp(x)], {x: X[0]})
    assert_equal_plans([tf.exp(x)], {x: X[0]})


def test_large_values_and_random_numbers_are_not_kept():
    x = tf.placeholder(tf.float32, [])
    y = [tf.exp(tf.zeros([300, 300])) + x, tf.random_uniform([2], seed=1) + x]
    assert "Exp" in titles(y, [x])
    assert "RandomUniform" in titles(y, [x])
    assert_equal_plans(y, {x: np.float32(1.0)}, steps=2)


def test_what_is_fetched_is_a_copy():
    y = tf.exp(tf.constant([1.0, 2.0]))
    with tf.Session() as session:
        first = session.run(y)
        kept = first.copy()
        first[:] = 0.0
        np.testing.assert_array_equal(session.run(y), kept)


def test_what_is_fed_is_not_folded():
    one = tf.constant([1.0, 2.0])
    y = tf.exp(one)
    z = tf.negative(y)
    assert_equal_plans([z], {y: X[0]})
    assert_equal_plans([z], {one: X[0]})


def test_a_branch_and_a_loop():
    x = tf.placeholder(tf.float32, [])
    y = tf.cond(x > 0.0, lambda: tf.exp(tf.constant(1.0)) + x, lambda: tf.negative(tf.constant(2.0)))
    z = tf.while_loop(lambda i: i < 10.0, lambda i: i + tf.exp(tf.constant(0.5)), [x])
    for value in (1.0, -1.0):
        assert_equal_plans([y, z], {x: np.float32(value)})


def test_known_values_are_not_written_over():
    x = tf.placeholder(tf.float32, [2])
    y = (tf.constant([1.0, 2.0]) * 3.0) * x
    assert_equal_plans([y], {x: X[0]}, steps=3)


def test_a_predicate_that_is_an_identity_of_a_constant():
    decided = tf.placeholder_with_default(True, [])
    x = tf.placeholder(tf.float32, [2])
    y = tf.cond(decided, lambda: tf.exp(x), lambda: tf.negative(x))
    assert_equal_plans([y], {x: X[0]})
    assert_equal_plans([y], {x: X[0], decided: False})


def test_strings_stay():
    assert run(tf.strings.join(["a", "b"]), {}) == [b"ab"]

"""Nodes write over values that end with them, and over no others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.runtime import functions
from convflow.runtime.fused import Folded, Fused, Renamed
from convflow.runtime.options import PlanOptions
from convflow.runtime.plan import Plan
from convflow.runtime.store import Store
from tests.runtime.rewrites.plans import assert_equal_plans

GRID = np.linspace(0.5, 2.0, 6, dtype=np.float32).reshape(2, 3)


def in_place(fetches: list[Any], fed: list[Any]) -> list[str]:
    """The types of the nodes that work in place."""
    plan = Plan(fetches, fed, Store(functions.compiled), PlanOptions())
    return [item.type for item in plan.schedule if isinstance(item, Fused) and not isinstance(item, (Folded, Renamed))]


@pytest.fixture
def x() -> Any:
    return tf.placeholder(tf.float32, [2, 3])


def test_a_chain_needs_one_buffer(x: Any):
    y = tf.tanh(tf.nn.relu(x * 2.0) - 1.0)
    assert in_place([y], [x]) == ["Relu", "Sub", "Tanh"]
    assert_equal_plans([y], {x: GRID}, steps=2)


def test_the_first_free_operand_is_written_over(x: Any):
    y = x * tf.exp(x)
    assert in_place([y], [x]) == ["Mul"]
    assert_equal_plans([y], {x: GRID}, steps=2)


def test_gradients_are_summed_into_one_of_them(x: Any):
    y = tf.add_n([x, tf.square(x), tf.exp(x)])
    assert in_place([y], [x]) == ["AddN"]
    assert_equal_plans([y], {x: GRID}, rtol=1e-6)


@pytest.mark.parametrize("function", [tf.nn.relu, tf.nn.relu6, tf.nn.elu, tf.sigmoid, tf.tanh])
def test_derivatives_write_over_the_gradient(function: Any, x: Any):
    slope = tf.gradients(tf.square(function(x)), x)[0]
    assert in_place([slope], [x])[-1].endswith("Grad")
    assert_equal_plans([slope], {x: GRID}, rtol=1e-6)


def test_feeds_constants_and_variables_are_left_alone(x: Any):
    v = tf.Variable(GRID)
    y = [tf.exp(x), tf.exp(v), tf.exp(tf.constant(GRID)), tf.exp(v.read_value()), tf.exp(tf.reshape(x, [3, 2]))]
    assert in_place(y, [x]) == []
    assert_equal_plans([*y, v], {x: GRID.copy()}, setup=tf.global_variables_initializer(), steps=2)


def test_what_is_fetched_or_read_later_is_left_alone(x: Any):
    inner = tf.square(x)
    outer = tf.exp(inner)
    assert in_place([inner, outer], [x]) == []
    assert in_place([tf.reshape(inner, [6]), outer], [x]) == []
    assert in_place([outer, inner + x], [x]) == ["AddV2"]
    assert_equal_plans([outer, inner + x], {x: GRID})


def test_what_is_seen_through_a_reshaping_is_left_alone(x: Any):
    inner = tf.square(x)
    flat = tf.reshape(inner, [6])
    outer = tf.exp(inner)
    with tf.control_dependencies([outer]):
        later = tf.negative(tf.identity(flat))
    fetches = [outer, later, tf.reduce_sum(flat)]
    assert in_place([outer, later], [x]) == ["Neg"]
    assert_equal_plans(fetches, {x: GRID})


def test_a_reshaped_value_is_written_over(x: Any):
    y = tf.exp(tf.reshape(tf.square(x), [6]))
    assert in_place([y], [x]) == ["Exp"]
    assert_equal_plans([y], {x: GRID})


def test_a_value_taken_twice_is_left_alone(x: Any):
    inner = tf.square(x)
    y = tf.add_n([inner, x, inner])
    assert in_place([y], [x]) == []
    assert_equal_plans([y], {x: GRID})


def test_what_is_stretched_is_left_alone(x: Any):
    row = tf.exp(x[:1])
    y = row * x
    assert in_place([y], [x]) == []
    assert_equal_plans([y], {x: GRID})


@pytest.mark.parametrize("rows", [1, 4])
def test_whether_an_unknown_size_is_stretched_shows_in_the_run(rows: int):
    x, other = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 3])
    y = tf.exp(x) * other
    assert in_place([y], [x, other]) == ["Mul"]
    assert_equal_plans([y], {x: GRID[:1].repeat(rows, 0), other: np.ones([4, 3], np.float32)})


def test_integers_are_left_alone():
    x = tf.placeholder(tf.int32, [3])
    assert in_place([-(x * x)], [x]) == []


def test_a_branch_does_not_write_over_what_the_other_may_take(x: Any):
    inner = tf.square(x)
    y = tf.cond(x[0, 0] > 1.0, lambda: tf.exp(inner), lambda: inner + 1.0)
    for feed in (GRID, GRID + 1.0):
        assert_equal_plans([y, tf.negative(y)], {x: feed}, steps=2)


def test_shapes_that_differ_are_refused_as_before():
    x, other = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
    y = tf.exp(x) + other
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="AddV2"):
        session.run(y, {x: np.ones(3), other: np.ones(4)})


def test_what_batch_normalization_gives_is_written_over():
    x = tf.placeholder(tf.float32, [2, 3, 3, 4])
    ones = tf.ones([4])
    y, mean, variance = tf.nn.fused_batch_norm(x, ones, ones)
    fetches = [tf.sin(y), tf.exp(mean), tf.exp(variance)]
    assert in_place(fetches, [x]) == ["Sin"]
    assert_equal_plans(fetches, {x: np.random.RandomState(0).normal(size=(2, 3, 3, 4)).astype(np.float32)}, steps=2)


def test_the_scaled_slopes_of_a_loss_are_written_over_them():
    logits, labels = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 3])
    loss = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    slope = tf.gradients(tf.reduce_mean(loss), logits)[0]
    assert "Mul" in in_place([slope], [logits, labels])
    assert_equal_plans([loss, slope], {logits: GRID, labels: np.eye(3, dtype=np.float32)[:2]}, rtol=1e-6)

"""Resource variables are read without a copy where nobody could tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.runtime import functions
from convflow.runtime.fused import Fused, Renamed
from convflow.runtime.options import PlanOptions
from convflow.runtime.plan import Plan
from convflow.runtime.store import Store
from tests.runtime.rewrites.plans import assert_equal_plans

X = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


@pytest.fixture
def v() -> Any:
    with tf.Graph().as_default():
        yield tf.Variable(X, use_resource=True)


def copies(fetches: list[Any]) -> list[bool]:
    """Whether each reading copies."""
    plan = Plan(fetches, [], Store(functions.compiled), PlanOptions())
    return [
        not isinstance(item, Fused)
        for item in plan.schedule
        if getattr(item, "type", "") == "ReadVariableOp" and not isinstance(item, Renamed)
    ]


def test_a_value_that_nobody_writes_over_is_not_copied(v: Any):
    y = tf.matmul(v, v)
    assert copies([y, v.read_value()]) == [False]
    assert_equal_plans([y, v.read_value()], {}, tf.global_variables_initializer())


def test_a_training_step_copies_no_weights(v: Any):
    loss = tf.reduce_sum(tf.square(tf.matmul(v, v)))
    train = tf.train.AdamOptimizer(0.1).minimize(loss)
    assert not any(copies([loss, train]))
    assert_equal_plans([loss, train], {}, tf.global_variables_initializer(), steps=3, rtol=1e-6)


def test_what_was_read_before_a_write_stays_as_it_was(v: Any):
    before = v.read_value()
    flat = tf.reshape(before, [4])
    with tf.control_dependencies([flat]):
        write = v.assign_add(X)
    with tf.control_dependencies([write]):
        late = tf.negative(flat)
    assert copies([late]) == [True]
    assert copies([before, write.op if hasattr(write, "op") else write])[0]
    assert_equal_plans([before, late, v.read_value()], {}, tf.global_variables_initializer(), steps=2)


def test_a_queue_keeps_a_copy(v: Any):
    queue = tf.FIFOQueue(3, [tf.float32], [[2, 2]])
    enqueue = queue.enqueue([v.read_value()])
    assert copies([enqueue]) == [True]
    taken = queue.dequeue()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(enqueue)
        session.run(v.assign(X * 0.0))
        np.testing.assert_array_equal(session.run(taken), X)


def test_an_update_by_its_own_value(v: Any):
    update = v.assign_sub(v.read_value())
    assert_equal_plans([update, v.read_value()], {}, tf.global_variables_initializer())

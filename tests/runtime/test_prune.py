"""What a run leaves out: nodes that are only waited for and have no effects, but never the effects behind them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import convflow as tf
from convflow.graph.graph import Graph
from convflow.runtime import functions, prune
from convflow.runtime.options import PlanOptions
from convflow.runtime.plan import Plan
from convflow.runtime.store import Store


@pytest.fixture(autouse=True)
def graph() -> Iterator[Graph]:
    with Graph().as_default() as made:
        yield made


def scheduled(*fetches: object) -> list[str]:
    return [op.name for op in Plan(list(fetches), [], Store(functions.compiled), PlanOptions(rewrites=False)).schedule]  # type: ignore[arg-type]


def test_a_gate_does_not_compute_a_gradient_that_nobody_takes() -> None:
    images = tf.constant(np.ones((1, 8, 8, 1), np.float32))
    weights = tf.get_variable("w", [3, 3, 1, 2])
    net = tf.nn.conv2d(images * 2.0, weights, [1, 1, 1, 1], "SAME", name="conv")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(net), name="train")
    names = scheduled(train)
    assert "gradients/conv_grad/Conv2DBackpropFilter" in names
    assert "gradients/conv_grad/Conv2DBackpropInput" not in names


def test_effects_behind_a_node_that_is_only_waited_for_still_run_and_first() -> None:
    counter = tf.Variable(0, name="counter")
    increment = tf.assign_add(counter, 1)
    only_waited_for = tf.identity(increment) * 2
    with tf.control_dependencies([only_waited_for]):
        read = counter.read_value()
    assert only_waited_for.op.name not in scheduled(read)
    with tf.Session() as session:
        session.run(counter.initializer)
        assert [session.run(read) for _ in range(3)] == [1, 2, 3]


def test_effects_behind_two_gates_keep_their_order() -> None:
    log = tf.Variable(1, name="log")
    with tf.control_dependencies([tf.assign(log, log * 10)]):
        first = tf.group(name="first")
    with tf.control_dependencies([first]):
        second = tf.assign_add(log, 3)
    with tf.Session() as session:
        session.run(log.initializer)
        assert session.run(second) == 13


def test_a_placeholder_that_is_waited_for_must_be_fed() -> None:
    with tf.control_dependencies([tf.placeholder(tf.float32, name="x")]):
        gated = tf.constant(1.0) + 1.0
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="tensor 'x'"):
        session.run(gated)


def test_in_a_graph_with_branches_everything_waited_for_runs() -> None:
    counter = tf.Variable(0, name="counter")
    branch = tf.cond(tf.constant(True), lambda: tf.assign_add(counter, 5), lambda: tf.assign_add(counter, 7))
    with tf.control_dependencies([tf.identity(branch)]):
        done = tf.no_op()
    with tf.Session() as session:
        session.run(counter.initializer)
        session.run(done)
        assert session.run(counter) == 5


def test_a_block_of_control_dependencies_is_gone_through_once() -> None:
    v = tf.Variable(0.0)
    updates = [tf.assign_add(v, 1.0).op for _ in range(50)]
    with tf.control_dependencies(updates):
        last = v.read_value()
        for _ in range(50):
            last = last * 2.0 + v.read_value()
    needed = prune.needed_operations([last], [])
    waiting = prune.waiting_graph(needed, set())
    assert needed <= set(waiting)
    assert sum(map(len, waiting.values())) < 8 * len(needed)
    assert set(updates) <= needed
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(last) == sum(50.0 * 2**step for step in range(51))


def test_what_is_seen_through_orders_what_runs() -> None:
    v = tf.Variable(1.0, name="v")
    reads = [v.read_value() for _ in range(3)]
    with tf.control_dependencies([tf.group(*reads, name="all")]):
        between = tf.no_op(name="between")
    with tf.control_dependencies([between, tf.no_op()]):
        write = tf.assign(v, 5.0)
    early = v.read_value()
    names = scheduled(early, write, *reads)
    assert names.index(write.op.name) > max(names.index(read.op.name) for read in reads)
    assert "between" not in names
    assert names.index(early.op.name) > names.index(write.op.name)

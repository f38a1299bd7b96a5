"""`optimize_loss`: steps of plain formulas, what runs with them, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

optimize_loss = tf.contrib.layers.optimize_loss


@pytest.fixture
def problem(session):
    """A variable w that begins at 10, a loss 3 |w| with the gradient 3, and the counter of steps."""
    w = tf.get_variable("w", [], initializer=tf.constant_initializer(10.0))
    return session, w, tf.abs(w * 3.0), tf.train.get_or_create_global_step()


def stepped(session, train, steps=1):
    session.run(tf.global_variables_initializer())
    for _ in range(steps):
        loss = session.run(train)
    return loss


@pytest.mark.parametrize(
    "optimizer",
    [
        "SGD",
        tf.train.GradientDescentOptimizer,
        tf.train.GradientDescentOptimizer(0.1),
        lambda rate: tf.train.GradientDescentOptimizer(learning_rate=rate),
    ],
)
def test_ways_to_name_an_optimizer(problem, optimizer):
    session, w, loss, step = problem
    assert stepped(session, optimize_loss(loss, step, 0.1, optimizer)) == 30
    assert session.run([w, step]) == [pytest.approx(9.7), 1]
    assert tf.global_variables("OptimizeLoss/learning_rate")


@pytest.mark.parametrize("name", ["Adagrad", "Adam", "Ftrl", "Momentum", "RMSProp"])
def test_named_optimizers(problem, name):
    session, w, loss, _ = problem
    stepped(session, optimize_loss(loss, None, 0.1, name))
    assert session.run(w) < 10


def test_no_learning_rate_and_no_counting(problem):
    session, w, loss, step = problem
    train = optimize_loss(loss, step, None, lambda: tf.train.GradientDescentOptimizer(0.2), increment_global_step=False)
    stepped(session, train)
    assert session.run([w, step]) == [pytest.approx(9.4), 0]


def test_decay_multipliers_and_clipping(problem):
    session, w, loss, step = problem
    train = optimize_loss(
        loss, step, 0.1, "SGD", gradient_multipliers={w: 7.0}, clip_gradients=2.0,
        learning_rate_decay_fn=lambda rate, n: rate / tf.cast(n + 1, tf.float32),
        summaries=tf.contrib.layers.OPTIMIZER_SUMMARIES,
    )  # fmt: skip
    stepped(session, train, 2)
    assert session.run(w) == pytest.approx(10 - 0.1 * 2 - 0.05 * 2)
    names = {summary.op.name for summary in tf.get_collection(tf.GraphKeys.SUMMARIES)}
    assert names == {
        f"OptimizeLoss/{name}"
        for name in (
            "learning_rate_1", "loss", "gradients/w_0", "gradient_norm/w_0", "global_norm/gradient_norm",
            "global_norm/clipped_gradient_norm",
        )
    }  # fmt: skip


def test_noise_and_updates(problem):
    session, w, loss, step = problem
    other = tf.Variable(1.0, trainable=False)
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_add(other, 1.0))
    tf.set_random_seed(3)
    stepped(session, optimize_loss(loss, step, 0.1, "SGD", gradient_noise_scale=10.0), 2)
    assert session.run(other) == 3
    assert session.run(w) != pytest.approx(9.4)


def test_rows_of_lookups_are_multiplied(session):
    table = tf.get_variable("table", [3, 2], initializer=tf.ones_initializer())
    loss = tf.reduce_sum(tf.nn.embedding_lookup(table, [1]))
    train = optimize_loss(loss, None, 1.0, "SGD", gradient_multipliers={"table:0": 0.5}, clip_gradients=lambda p: p)
    stepped(session, train)
    np.testing.assert_allclose(session.run(table), [[1, 1], [0.5, 0.5], [1, 1]])


def test_adaptive_clipping(session):
    x = tf.placeholder(tf.float32, [])
    w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
    clip = tf.contrib.layers.adaptive_clipping_fn(
        std_factor=1.0, decay=0.5, static_max_norm=50.0, global_step=tf.train.get_or_create_global_step(),
        report_summary=True,
    )  # fmt: skip
    train = optimize_loss(w * x, tf.train.get_global_step(), 1.0, "SGD", clip_gradients=clip, summaries=[])
    session.run(tf.global_variables_initializer())
    logs, mean, squares, moved = [], 0.0, 0.0, 0.0
    for step, norm in enumerate([4.0, 5.0, 4.0, 5.0, 4.0, 900.0]):
        before = session.run(w)
        session.run(train, {x: norm})
        decay = min(0.5, step / (step + 1))
        log = np.log(norm)
        mean, squares = mean * decay + log * (1 - decay), squares * decay + log**2 * (1 - decay)
        bound = np.exp(mean + np.sqrt(max(squares - mean**2, 1e-8)))
        expected = norm if norm < bound else np.exp(mean)
        moved = before - session.run(w)
        assert moved == pytest.approx(min(expected, 50.0), rel=1e-3)
        logs.append(log)
    assert moved < 900


REFUSED = [
    ({"learning_rate": "0.1"}, "Learning rate should be 0d Tensor or float. Got 0.1 of type <class 'str'>"),
    ({"learning_rate": -0.1}, r"Invalid learning_rate -0\.1\. Expected a float of at least 0"),
    ({"learning_rate": None}, r"Learning rate is None, but should be specified if optimizer is string \(SGD\)"),
    ({"optimizer": "Sgd"}, r"Optimizer name should be one of \[Adagrad, .*SGD\], you provided Sgd"),
    ({"optimizer": 3}, "Unrecognized optimizer: should be string, .* Got 3"),
    ({"optimizer": lambda rate: "none"}, "function should return subclass of Optimizer. Got none"),
    ({"summaries": ["losses"]}, r"Summaries should be one of \[learning_rate, .*\], you provided losses"),
    ({"clip_gradients": "5"}, "Unknown type <class 'str'> for clip_gradients: '5'"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refusals(problem, arguments, message):
    _, _, loss, step = problem
    with pytest.raises(ValueError, match=message):
        optimize_loss(loss, step, **{"learning_rate": 0.1, "optimizer": "SGD", **arguments})


def test_a_decay_needs_the_counter(session):
    w = tf.get_variable("w", [])
    with pytest.raises(ValueError, match="global_step is required for learning_rate_decay_fn, but the graph has none"):
        optimize_loss(w * w, None, 0.1, "SGD", learning_rate_decay_fn=lambda rate, step: rate)

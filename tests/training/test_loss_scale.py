"""Scaled losses and the switch for bfloat16."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.runtime.options import MixedPrecision, plan_options

experimental = tf.train.experimental
NO_OPTIMIZER: Any = "x"


@pytest.fixture(autouse=True)
def _fresh_graph():
    tf.reset_default_graph()
    yield
    experimental.disable_mixed_precision_graph_rewrite()


def _program(loss_scale):
    x = tf.placeholder(tf.float32, [2, 3])
    w = tf.get_variable("w", [3, 2], initializer=tf.ones_initializer())
    loss = tf.reduce_sum(tf.matmul(x, w))
    optimizer = experimental.MixedPrecisionLossScaleOptimizer(tf.train.MomentumOptimizer(0.1, 0.9), loss_scale)
    return x, w, optimizer, optimizer.minimize(loss, tf.train.get_or_create_global_step())


# Recorded from TensorFlow 2.21: the weights after each step of finite, infinite and finite inputs.
RECORDED = [(1.0, 0.8, 32768.0, 1, 1), (np.inf, 0.8, 16384.0, 0, 1), (1.0, 0.42, 16384.0, 1, 2)]


def test_a_step_with_infinite_gradients_is_left_out():
    x, w, optimizer, train = _program("dynamic")
    scale, good_steps = optimizer.variables()[-2:]
    assert (scale.op.name, good_steps.op.name) == ("current_loss_scale", "good_steps")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for value, weight, *state in RECORDED:
            session.run(train, {x: np.full((2, 3), value)})
            np.testing.assert_allclose(session.run(w), np.full((3, 2), weight), rtol=1e-6)
            assert session.run([scale, good_steps, tf.train.get_global_step()]) == state


def test_the_scale_grows_after_enough_good_steps():
    scale = experimental.DynamicLossScale(8, increment_period=2, multiplier=4.0)
    update, should_apply = scale.update([tf.constant([1.0, 2.0]), None])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        seen = [session.run([update, should_apply, scale()])[1] for _ in range(2)]
        assert seen == [True, True]
        assert session.run(scale()) == 32.0


def test_the_scale_does_not_fall_below_one():
    scale = experimental.DynamicLossScale(1.5, multiplier=2.0)
    update, should_apply = scale.update([tf.constant(np.nan)])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert not session.run([should_apply, update])[0]
        assert session.run(scale()) == 1.0


def test_a_fixed_scale_changes_no_gradient():
    x, w, optimizer, train = _program(4)
    assert [variable.op.name for variable in optimizer.variables()] == ["w/Momentum"]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train, {x: np.ones((2, 3))})
        np.testing.assert_allclose(session.run(w), np.full((3, 2), 0.8), rtol=1e-6)


def test_gradients_of_rows_are_scaled_too():
    table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
    loss = tf.reduce_sum(tf.gather(table, [1, 1]))
    optimizer = experimental.MixedPrecisionLossScaleOptimizer(tf.train.GradientDescentOptimizer(0.5), "dynamic")
    train = optimizer.minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        np.testing.assert_array_equal(session.run(table), [[1, 1], [0, 0], [1, 1], [1, 1]])


def test_the_switch_holds_for_sessions_to_come():
    assert not plan_options(None).bfloat16
    wrapped = experimental.enable_mixed_precision_graph_rewrite(tf.train.AdamOptimizer())
    assert isinstance(wrapped, experimental.MixedPrecisionLossScaleOptimizer)
    assert wrapped.get_name() == "Adam"
    assert MixedPrecision.is_enabled
    assert plan_options(None).bfloat16
    off = tf.ConfigProto()
    off.graph_options.rewrite_options.auto_mixed_precision = 2
    assert not plan_options(off).bfloat16
    x = tf.constant(np.float32(1 + 2**-12)) * tf.ones([1, 1])
    with tf.Session() as session:
        assert session.run(tf.matmul(x, tf.ones([1, 1]))) == 1.0
    experimental.disable_mixed_precision_graph_rewrite()
    assert not plan_options(None).bfloat16


def test_scales_are_told_and_made_again():
    fixed, dynamic = experimental.FixedLossScale(4), experimental.DynamicLossScale()
    assert repr(fixed) == "FixedLossScale(4.0)"
    assert repr(dynamic) == "DynamicLossScale(initial_loss_scale=32768.0, increment_period=2000, multiplier=2.0)"
    assert experimental.FixedLossScale.from_config(fixed.get_config()).get_config() == {"loss_scale_value": 4.0}
    assert dynamic.get_config() == {"initial_loss_scale": 32768.0, "increment_period": 2000, "multiplier": 2.0}


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda adam: experimental.enable_mixed_precision_graph_rewrite(NO_OPTIMIZER),
            '"opt" must be an instance of a tf.train',
        ),
        (
            lambda adam: experimental.enable_mixed_precision_graph_rewrite(
                experimental.MixedPrecisionLossScaleOptimizer(adam, 2)
            ),
            '"opt" must not already be an instance',
        ),
        (
            lambda adam: experimental.MixedPrecisionLossScaleOptimizer(NO_OPTIMIZER, 2),
            '"opt" must be an instance of Optimizer',
        ),
        (lambda adam: experimental.MixedPrecisionLossScaleOptimizer(adam, None), "loss_scale cannot be None"),
        (lambda adam: experimental.MixedPrecisionLossScaleOptimizer(adam, "big"), "Could not interpret loss scale"),
        (lambda adam: experimental.FixedLossScale(0.5), "loss_scale_value must be at least 1"),
        (lambda adam: experimental.FixedLossScale(NO_OPTIMIZER), "loss_scale_value must be a Python int or float"),
    ],
)
def test_what_cannot_be_is_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make(tf.train.AdamOptimizer())

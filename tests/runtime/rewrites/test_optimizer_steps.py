"""All variables of an optimizer take one step of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import convflow as tf
from tests.runtime.rewrites.plans import assert_equal_plans, titles

X = np.linspace(-1.0, 1.0, 12, dtype=np.float32).reshape(4, 3)


@pytest.fixture(autouse=True)
def graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


def network(use_resource: bool = False, dtype: Any = tf.float32) -> tuple[Any, Any]:
    """A placeholder and a loss with four variables."""
    x = tf.placeholder(dtype, [None, 3])
    value = x
    for index, width in enumerate((5, 2)):
        inside = int(value.shape[1])
        start = np.sin(np.arange(inside * width)).reshape(inside, width)
        weights = tf.Variable(start, dtype=dtype, use_resource=use_resource, name=f"w{index}")
        biases = tf.Variable(np.cos(np.arange(width)), dtype=dtype, use_resource=use_resource, name=f"b{index}")
        value = tf.tanh(tf.matmul(value, weights) + biases)
    return x, tf.reduce_sum(tf.square(value))


OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "ApplyAdam": lambda: tf.train.AdamOptimizer(0.1),
    "ApplyMomentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "ApplyGradientDescent": lambda: tf.train.GradientDescentOptimizer(0.1),
    "ApplyRMSProp": lambda: tf.train.RMSPropOptimizer(0.1, momentum=0.5),
    "ApplyCenteredRMSProp": lambda: tf.train.RMSPropOptimizer(0.1, centered=True),
    "ApplyAdagrad": lambda: tf.train.AdagradOptimizer(0.1),
    "ApplyAdadelta": lambda: tf.train.AdadeltaOptimizer(0.1),
    "ApplyFtrl": lambda: tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.01),
    "ApplyProximalGradientDescent": lambda: tf.train.ProximalGradientDescentOptimizer(0.1, 0.01, 0.01),
}


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("op_type", list(OPTIMIZERS))
def test_one_step_for_all_variables(op_type: str, use_resource: bool):
    x, loss = network(use_resource)
    train = OPTIMIZERS[op_type]().minimize(loss)
    wanted = f"4 x {'Resource' if use_resource else ''}{op_type}"
    assert [title for title in titles([loss, train], [x]) if "Apply" in title] == [wanted]
    setup = tf.global_variables_initializer()
    assert_equal_plans([loss, train, *tf.trainable_variables()], {x: X}, setup, steps=3, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [tf.float64, tf.float16])
def test_other_types(dtype: Any):
    x, loss = network(dtype=dtype)
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
    assert "4 x ApplyMomentum" in titles([loss, train], [x])
    assert_equal_plans([loss, train], {x: X}, tf.global_variables_initializer(), steps=3)


def test_a_momentum_of_zero_and_betas_of_one():
    x, loss = network()
    steps = [tf.train.MomentumOptimizer(0.1, 0.0).minimize(loss), tf.train.AdamOptimizer(0.1, 0.0, 1.0).minimize(loss)]
    for train in steps:
        assert_equal_plans([loss, train], {x: X}, tf.global_variables_initializer(), steps=2)


def test_two_optimizers_take_two_steps():
    x, loss = network()
    first, second = tf.trainable_variables()[:2], tf.trainable_variables()[2:]
    train = [
        tf.train.GradientDescentOptimizer(0.1).minimize(loss, var_list=first),
        tf.train.GradientDescentOptimizer(0.2).minimize(loss, var_list=second),
    ]
    found = [title for title in titles([loss, *train], [x]) if "Apply" in title]
    assert found == ["2 x ApplyGradientDescent", "2 x ApplyGradientDescent"]
    assert_equal_plans([loss, *train], {x: X}, tf.global_variables_initializer(), steps=3, rtol=1e-6)


def test_updates_of_one_variable_come_one_after_the_other():
    v = tf.Variable([1.0, 2.0])
    first = tf.raw_ops.ApplyGradientDescent(var=v._ref(), alpha=0.1, delta=[1.0, 1.0])
    second = tf.raw_ops.ApplyGradientDescent(var=v._ref(), alpha=0.1, delta=[1.0, 1.0])
    assert titles([first.op, second.op], []).count("ApplyGradientDescent") == 2
    assert_equal_plans([first.op, second.op, v], {}, tf.global_variables_initializer())


def test_who_looks_in_between_keeps_updates_apart():
    a, b = tf.Variable([1.0]), tf.Variable([2.0])
    first = tf.raw_ops.ApplyGradientDescent(var=a._ref(), alpha=0.1, delta=[1.0])
    with tf.control_dependencies([first]):
        seen = tf.identity(b._ref()) * 1.0
    with tf.control_dependencies([seen]):
        second = tf.raw_ops.ApplyGradientDescent(var=b._ref(), alpha=0.1, delta=seen)
    assert titles([seen, first.op, second.op], []).count("ApplyGradientDescent") == 2
    assert_equal_plans([seen, first.op, second.op], {}, tf.global_variables_initializer(), steps=2)


def test_a_gradient_of_another_shape_is_refused_with_its_node():
    a, b = tf.Variable([1.0, 2.0]), tf.Variable([2.0, 3.0])
    delta = tf.placeholder(tf.float32)
    steps = [
        tf.raw_ops.ApplyGradientDescent(var=v._ref(), alpha=0.1, delta=delta, name=n) for v, n in ((a, "s"), (b, "t"))
    ]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="Shapes must be equal"):
            session.run([step.op for step in steps], {delta: np.ones(3, np.float32)})

"""Dropout is one step each way, and draws what it drew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.ops import philox_compiled
from convflow.runtime import functions
from convflow.runtime.options import PlanOptions
from convflow.runtime.plan import Plan
from convflow.runtime.store import Store
from tests.runtime.rewrites.plans import assert_equal_plans, titles

GRID = np.random.RandomState(0).normal(size=(6, 8)).astype(np.float32)


def of_1_15(x: Any, rate: Any) -> Any:
    """As TensorFlow 1.15 builds it."""
    numbers = tf.raw_ops.RandomUniform(shape=tf.shape(x), dtype=tf.float32, seed=7)
    numbers = numbers * (tf.constant(1.0) - tf.constant(0.0)) + tf.constant(0.0)
    return x * (1.0 / (1.0 - rate)) * tf.cast(numbers >= rate, tf.float32)


def of_1_4(x: Any, keep_prob: Any) -> Any:
    """As releases before 1.13 build it."""
    numbers = keep_prob + tf.random_uniform(tf.shape(x), seed=7)
    return tf.div(x, keep_prob) * tf.floor(numbers)


FORMS = {
    "2": lambda x, keep: tf.nn.dropout(x, keep, seed=7),
    "1.15": lambda x, keep: of_1_15(x, 1.0 - keep),
    "1.4": of_1_4,
}


@pytest.fixture(autouse=True, params=["compiled", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(philox_compiled.Economy, "pays", lambda self, count: request.param == "compiled")
    return str(request.param)


def shaped_titles(fetches: list[Any], feeds: dict[Any, np.ndarray]) -> list[str]:
    plan = Plan(fetches, list(feeds), Store(functions.compiled), PlanOptions())
    return plan.made_for([tf.TensorShape(value.shape) for value in feeds.values()], {}).titles()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("fed", [False, True])
def test_one_step_forward_and_one_back(form: Callable[..., Any], fed: bool) -> None:
    x = tf.placeholder(tf.float32, [None, 8])
    keep = tf.placeholder(tf.float32, []) if fed else 0.6
    y = form(tf.exp(x), keep)
    slope = tf.gradients(tf.sin(y), x)[0]
    feeds = {x: GRID, keep: np.array(0.6, np.float32)} if fed else {x: GRID}
    steps = shaped_titles([y, slope], feeds)
    assert [step for step in steps if "dropout" in step] == ["dropout", "gradient of dropout"]
    assert not {"RandomUniform", "GreaterEqual", "Floor", "Cast", "SelectV2"} & set(steps)
    assert_equal_plans([y, slope], feeds, steps=4)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_any_number_of_elements(form: Callable[..., Any], rows: int) -> None:
    x = tf.placeholder(tf.float32, [None, None])
    y = form(x, 0.5)
    assert "dropout" in titles(y, [x])
    assert_equal_plans([y, tf.gradients(y * y, x)[0]], {x: GRID[:rows, :7]}, steps=3)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_is_no_number(form: Callable[..., Any]) -> None:
    x = tf.placeholder(tf.float32, [6, 8])
    y = form(x, 0.5)
    slope = tf.gradients(y, x, grad_ys=x)[0]
    special = np.resize(np.array([np.nan, np.inf, -np.inf, -0.0, 1e38], np.float32), [6, 8])
    assert_equal_plans([y, slope], {x: special}, steps=2)


@pytest.mark.parametrize("keep", [0.0, 1.0, 1.5, -0.5])
def test_probabilities_that_are_none(keep: float) -> None:
    x = tf.placeholder(tf.float32, [6, 8])
    probability = tf.placeholder(tf.float32, [])
    y = of_1_4(x, probability)
    assert_equal_plans([y, tf.gradients(y, x, grad_ys=x)[0]], {x: GRID, probability: np.float32(keep)})


def test_choices_that_are_stretched() -> None:
    x = tf.placeholder(tf.float32, [None, 8])
    y = tf.nn.dropout(x, 0.5, noise_shape=[1, 8], seed=3)
    assert "dropout" in titles(y, [x])
    assert_equal_plans([y, tf.gradients(y * y, x)[0]], {x: GRID}, steps=2)


def test_choices_that_are_taken_elsewhere_stay() -> None:
    x = tf.placeholder(tf.float32, [None, 8])
    y = tf.nn.dropout(x, 0.5, seed=3)
    mask = y.op.inputs[0]
    assert "dropout" not in titles([y, mask], [x])
    assert_equal_plans([y, mask, tf.gradients(y * y, x)[0]], {x: GRID}, steps=2)
    counted = tf.reduce_sum(tf.cast(mask, tf.int32))
    assert_equal_plans([y, counted], {x: GRID}, steps=2)
    assert_equal_plans([y], {x: GRID, mask: np.ones([6, 8], bool)})


def test_one_set_of_choices_for_two_values() -> None:
    x = tf.placeholder(tf.float32, [None, 8])
    kept = tf.cast(tf.random_uniform(tf.shape(x), seed=3) >= 0.5, tf.float32)
    fetches = [x * 2.0 * kept, kept * tf.exp(x), x * kept * 3.0]
    assert_equal_plans(fetches, {x: GRID}, steps=2)


def test_layers_of_dropout_with_a_switch() -> None:
    x = tf.placeholder(tf.float32, [None, 8])
    training = tf.placeholder(tf.bool, [])
    y = tf.layers.dropout(tf.layers.dropout(x, 0.5, training=training, seed=1), 0.3, training=True, seed=2)
    slim = tf.contrib.slim.dropout(y, 0.7)
    fetches = [y, tf.gradients(y * y, x)[0]]
    for value in (True, False):
        assert_equal_plans(fetches, {x: GRID, training: value}, steps=2)
    assert "dropout" in titles(slim, [x, training])


def test_a_network_learns_the_same_weights() -> None:
    x = tf.placeholder(tf.float32, [None, 8])
    w = tf.Variable(np.zeros([8, 4], np.float32))
    units = tf.nn.dropout(tf.nn.relu(tf.matmul(x, w)), 0.5, seed=5)
    loss = tf.reduce_mean(tf.square(units - 1.0))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    start = tf.assign(w, GRID[:4].T)
    assert_equal_plans([loss, train, w], {x: GRID}, start, steps=5, rtol=1e-6)


def test_a_failure_names_the_node_and_the_shapes() -> None:
    x = tf.placeholder(tf.float32, [None, 8])
    sizes = tf.placeholder(tf.int32, name="sizes")
    y = tf.nn.dropout(x, 0.5, noise_shape=sizes, name="thinned")
    assert "dropout" in titles(y, [x, sizes])
    with tf.Session() as session:
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"\(3, 8\) and \(6, 8\) cannot be broadcast"
        ) as raised:
            session.run(y, {x: GRID, sizes: [3, 8]})
        assert raised.value.op is y.op
        with pytest.raises(tf.errors.InvalidArgumentError, match="Dimension -1 must be >= 0") as raised:
            session.run(y, {x: GRID, sizes: [-1, 8]})
        assert raised.value.op.type == "RandomUniform"

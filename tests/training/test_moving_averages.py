"""Moving averages: their values, their names, and checkpoints read back through them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.training.moving_averages import assign_moving_average, weighted_moving_average

VALUES = [1.0, 3.0, -2.0, 5.0]


@pytest.fixture(autouse=True)
def _graph(graph: Any) -> Any:
    return graph


def test_shadows_begin_as_their_variables_and_follow(session: Any) -> None:
    x = tf.Variable([1.0, 2.0])
    ema = tf.train.ExponentialMovingAverage(0.75)
    update = ema.apply([x])
    session.run(tf.global_variables_initializer())
    shadow = ema.average(x)
    assert shadow is not None
    np.testing.assert_allclose(session.run(shadow), [1.0, 2.0])
    expected = np.array([1.0, 2.0])
    for value in VALUES:
        session.run(x.assign([value, -value]))
        session.run(update)
        expected = 0.75 * expected + 0.25 * np.array([value, -value])
        np.testing.assert_allclose(session.run(shadow), expected, rtol=1e-6)


def test_few_updates_make_the_decay_smaller(session: Any) -> None:
    x, count = tf.Variable(0.0), tf.placeholder(tf.int32, [])
    ema = tf.train.ExponentialMovingAverage(0.5, num_updates=count)
    update = ema.apply([x])
    session.run(tf.global_variables_initializer())
    session.run(x.assign(1.0))
    expected = 0.0
    for number in (0, 1, 5, 100):
        session.run(update, {count: number})
        decay = min(0.5, (1 + number) / (10 + number))
        expected = decay * expected + 1 - decay
        assert session.run(ema.average(x)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("zero_debias", [False, True])
def test_averages_of_tensors_begin_at_zero(session: Any, zero_debias: bool) -> None:
    x = tf.placeholder(tf.float64, [2])
    ema = tf.train.ExponentialMovingAverage(0.75, zero_debias=zero_debias)
    update = ema.apply([x])
    session.run(tf.global_variables_initializer())
    average = np.zeros(2)
    for step, value in enumerate(VALUES, 1):
        session.run(update, {x: [value, 2 * value]})
        average = 0.75 * average + 0.25 * np.array([value, 2 * value])
        expected = average / (1 - 0.75**step) if zero_debias else average
        np.testing.assert_allclose(session.run(ema.average(x)), expected, rtol=1e-12)


def test_weighted_average(session: Any) -> None:
    value, weight = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.float32, [])
    average = weighted_moving_average(value, 0.5, weight)
    session.run(tf.global_variables_initializer())
    total = weights = 0.0
    for number, heavy in zip(VALUES, (1.0, 4.0, 0.5, 2.0), strict=True):
        found = session.run(average, {value: [number, -number], weight: heavy})
        total = 0.5 * total + 0.5 * number * heavy
        weights = 0.5 * weights + 0.5 * heavy
        np.testing.assert_allclose(found, [total / weights, -total / weights], rtol=1e-6)


def test_a_variable_averaged_twice_has_two_counts(session: Any) -> None:
    x = tf.get_variable("x", [], initializer=tf.zeros_initializer(), trainable=False)
    updates = [assign_moving_average(x, 1.0, 0.5), assign_moving_average(x, 1.0, 0.5)]
    names = [variable.op.name for variable in tf.global_variables()]
    assert names == ["x", "x/biased", "x/local_step", "x/biased_1", "x/local_step_1"]
    session.run(tf.global_variables_initializer())
    session.run(updates[0])
    assert session.run(x) == pytest.approx(1.0)


def test_names_and_collections() -> None:
    with tf.variable_scope("layer"):
        x, y = tf.get_variable("x", [2]), tf.get_variable("y", [2])
    ema = tf.train.ExponentialMovingAverage(0.9, name="avg")
    assert ema.average(x) is None
    assert ema.average_name(x) == "layer/x/avg"
    ema.apply([x])
    assert (ema.name, ema.average(x).op.name, ema.average_name(x)) == ("avg", "layer/x/avg", "layer/x/avg")
    assert ema.average_name(y) == "layer/y/avg"
    assert tf.get_collection(tf.GraphKeys.MOVING_AVERAGE_VARIABLES) == [x]
    assert ema.average(x) not in tf.trainable_variables()
    assert ema.average(x) in tf.global_variables()


def test_by_default_trainable_variables_are_averaged() -> None:
    x, fixed = tf.Variable(1.0), tf.Variable(1.0, trainable=False)
    ema = tf.train.ExponentialMovingAverage(0.9)
    ema.apply()
    assert ema.average(x) is not None
    assert ema.average(fixed) is None


def test_variables_are_restored_from_their_averages(tmp_path: Path) -> None:
    def build() -> tuple[Any, Any, Any]:
        x = tf.get_variable("x", initializer=[1.0, 2.0])
        steps = tf.get_variable("steps", initializer=0, trainable=False)
        return x, steps, tf.train.ExponentialMovingAverage(0.5)

    with tf.Graph().as_default(), tf.Session() as session:
        x, steps, ema = build()
        with tf.control_dependencies([x.assign_add([1.0, 1.0]), steps.assign_add(1)]):
            update = ema.apply([x])
        session.run(tf.global_variables_initializer())
        session.run(update)
        average = session.run(ema.average(x))
        assert not np.array_equal(average, session.run(x))
        path = tf.train.Saver().save(session, str(tmp_path / "model.ckpt"))
    with tf.Graph().as_default(), tf.Session() as session:
        x, steps, ema = build()
        names = ema.variables_to_restore()
        assert {name: variable.op.name for name, variable in names.items()} == {
            "x/ExponentialMovingAverage": "x",
            "steps": "steps",
        }
        tf.train.Saver(names).restore(session, path)
        np.testing.assert_array_equal(session.run(x), average)
        assert session.run(steps) == 1


def test_listed_variables_are_restored_from_averages() -> None:
    x, y = tf.get_variable("x", [2]), tf.get_variable("y", [2])
    ema = tf.train.ExponentialMovingAverage(0.5)
    names = {name: variable.op.name for name, variable in ema.variables_to_restore([y]).items()}
    assert names == {"y/ExponentialMovingAverage": "y", "x": "x"}
    assert x is not y


def test_whole_numbers_have_no_moving_average() -> None:
    x = tf.Variable(1, name="count")
    with pytest.raises(TypeError, match="must be half, float, or double: count:0 is int32"):
        tf.train.ExponentialMovingAverage(0.5).apply([x])

"""Branches whose condition is known when a plan is made are gone; runs give what they gave with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.runtime import functions
from convflow.runtime.options import PlanOptions
from convflow.runtime.plan import Plan
from convflow.runtime.shaped_plans import ShapedPlans
from convflow.runtime.store import Store
from tests.runtime.rewrites.plans import assert_equal_plans, assert_equal_runs, titles

RANDOM = np.random.RandomState(0)
SIDES = [True, True, False, False, True, False, True]


@pytest.fixture(autouse=True)
def a_new_graph() -> None:
    tf.reset_default_graph()


def values_of(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def made_plan(fetches: list[Any], feeds: dict[Any, Any]) -> Plan:
    """The plan of the second run with these feeds."""
    plans = ShapedPlans(Plan(fetches, list(feeds), Store(functions.compiled), PlanOptions()))
    values = [np.asarray(value) for value in feeds.values()]
    return [plans.plan_for(values) for _ in range(2)][1]


def network(x: Any, training: Any) -> tuple[Any, Any]:
    """A loss with what usually asks whether it is training, and a step."""
    h = tf.layers.conv2d(x, 4, 3, padding="same", use_bias=False)
    h = tf.nn.relu(tf.layers.batch_normalization(h, training=training))
    h = tf.layers.dropout(h, 0.4, training=training, seed=3)
    loss = tf.reduce_mean(tf.square(h))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        step = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
    return loss, step


@pytest.mark.parametrize("default", [None, False])
def test_a_fed_flag_leaves_the_plan_of_the_side_that_runs(default: bool | None) -> None:
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 6, 6, 3])
    flag = tf.placeholder(tf.bool, []) if default is None else tf.placeholder_with_default(default, [])
    loss, step = network(x, flag)
    pictures = values_of(3, 6, 6, 3)
    training = made_plan([loss, step], {x: pictures, flag: True})
    assert not {"Switch", "RefSwitch", "Merge", "AddN"} & set(training.titles())
    assert {"FusedBatchNormV3 + Relu", "dropout", "gradient of dropout"} <= set(training.titles())
    testing = made_plan([loss], {x: pictures, flag: False})
    assert "Conv2D + FusedBatchNormV3 + Relu" in testing.titles()
    assert "if " not in training.source + testing.source
    feeds = [{x: pictures[: 2 + side], flag: side} for side in SIDES]
    moving = [variable.value() for variable in tf.global_variables()]
    assert_equal_runs([loss, *moving], feeds, tf.global_variables_initializer())
    with tf.control_dependencies([step]):
        after = tf.identity(loss)
    assert_equal_runs([after, step], feeds, tf.global_variables_initializer())


def test_a_flag_that_is_not_fed_has_its_default() -> None:
    x = tf.placeholder(tf.float32, [2, 6, 6, 3])
    loss, _ = network(x, tf.placeholder_with_default(False, []))
    assert "Conv2D + FusedBatchNormV3 + Relu" in titles([loss], [x])


def test_a_constant_condition() -> None:
    x = tf.placeholder(tf.float32, [3])
    y = tf.cond(tf.constant(True), lambda: tf.exp(x), lambda: tf.log(x))
    assert titles([y, *tf.gradients(tf.square(y), x)], [x]) == ["Exp", "Mul", "Mul"]
    assert_equal_plans([y, *tf.gradients(y, x)], {x: values_of(3)})


CONDITIONS: list[Any] = [
    lambda a, b: tf.logical_not(a),
    lambda a, b: tf.logical_and(a, b),
    lambda a, b: tf.logical_or(tf.identity(a), b),
    lambda a, b: tf.equal(a, b),
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_that_follow_from_flags(condition: Any) -> None:
    x = tf.placeholder(tf.float32, [3])
    a, b = tf.placeholder(tf.bool, []), tf.placeholder(tf.bool, [])
    y = tf.cond(condition(a, b), lambda: tf.exp(x), lambda: tf.sin(x))
    slope = tf.gradients(y, x)[0]
    feeds = [{x: values_of(3), a: one, b: other} for one in (True, False) for other in (True, False)]
    for feed in feeds:
        plan = made_plan([y, slope], feed)
        assert len(plan.titles()) <= 3
        assert ("Exp" in plan.titles()) != ("Cos" in plan.titles())
    assert_equal_runs([y, slope], [feed for feed in feeds for _ in range(3)])


def test_a_condition_inside_a_branch_of_another() -> None:
    x = tf.placeholder(tf.float32, [3])
    outer, inner = tf.placeholder(tf.bool, []), tf.placeholder(tf.bool, [])
    y = tf.cond(
        outer,
        lambda: tf.cond(inner, lambda: tf.exp(x), lambda: tf.cond(outer, lambda: tf.sin(x), lambda: x)),
        lambda: tf.cond(tf.reduce_sum(x) > 0, lambda: tf.cos(x), lambda: -x),
    )
    slope = tf.gradients(y, x)[0]
    assert set(made_plan([y], {x: values_of(3), outer: True, inner: False}).titles()) == {"Sin"}
    x_values = [np.ones(3, np.float32), -np.ones(3, np.float32)]
    feeds = [{x: v, outer: o, inner: i} for v in x_values for o in (True, False) for i in (True, False)]
    assert_equal_runs([y, slope], [feed for feed in feeds for _ in range(3)])


def test_effects_of_the_side_that_runs_alone() -> None:
    flag = tf.placeholder(tf.bool, [])
    ref = tf.Variable(0.0)
    resource = tf.get_variable("r", initializer=0.0, use_resource=True)
    moved = tf.cond(flag, lambda: tf.assign_add(ref, 1.0), lambda: tf.assign_sub(ref, 10.0))
    also = tf.cond(flag, lambda: resource.assign_add(2.0), lambda: resource.assign_sub(20.0))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for side in SIDES:
            session.run([moved, also], {flag: side})
        assert session.run([ref, resource]) == [4 - 30, 8 - 60]


def test_what_did_not_run_cannot_be_fetched() -> None:
    flag = tf.placeholder(tf.bool, [])
    _, above = tf.raw_ops.Switch(data=tf.constant(5.0), pred=flag)
    tripled = above * 3.0
    with tf.Session() as session:
        for _ in range(3):
            assert session.run([above, tripled], {flag: True}) == [5.0, 15.0]
            with pytest.raises(tf.errors.InvalidArgumentError, match="does not have value"):
                session.run([flag, tripled], {flag: False})


def test_which_side_ran_may_be_asked() -> None:
    flag = tf.placeholder(tf.bool, [])
    below, above = tf.raw_ops.Switch(data=tf.constant(5.0), pred=flag)
    merged = tf.raw_ops.Merge(inputs=[below * 2.0, above * 3.0])
    with tf.Session() as session:
        ran = [session.run([merged.output, merged.value_index], {flag: side}) for side in SIDES]
    assert ran == [[15.0, 1] if side else [10.0, 0] for side in SIDES]


def test_loops_in_branches_and_branches_in_loops() -> None:
    flag = tf.placeholder(tf.bool, [])
    x = tf.placeholder(tf.float32, [])

    def looped() -> Any:
        body = lambda i, t: (i + 1, tf.cond(flag, lambda: t * x, lambda: t + x))  # noqa: E731
        return tf.while_loop(lambda i, t: i < 3, body, [0, x])[1]

    y = tf.cond(flag, looped, lambda: looped() - 1.0)
    assert_equal_runs([y, tf.gradients(y, x)[0]], [{x: 2.0, flag: side} for side in SIDES])


def test_a_flag_that_is_no_scalar_is_refused_in_the_same_words() -> None:
    flag = tf.placeholder(tf.bool)
    y = tf.cond(flag, lambda: 1.0, lambda: 2.0)
    with tf.Session() as session:
        assert [session.run(y, {flag: side}) for side in SIDES] == [1.0 if side else 2.0 for side in SIDES]
        said = []
        for _ in range(3):
            with pytest.raises(tf.errors.InvalidArgumentError) as raised:
                session.run(y, {flag: [True, False]})
            said.append(raised.value.message)
    assert len(set(said)) == 1
    assert "must be rank 0" in said[0]


def test_fed_bools_of_unknown_shape_need_be_no_flags() -> None:
    mask = tf.placeholder(tf.bool)
    y = tf.cond(tf.reduce_any(tf.squeeze(mask, [-1])), lambda: 1.0, lambda: 2.0)
    feeds = [{mask: [[one], [False]]} for one in SIDES]
    assert_equal_runs([y], feeds)


def test_numbers_that_are_fed_are_no_flags() -> None:
    x = tf.placeholder(tf.float32, [])
    y = tf.cond(x > 0, lambda: tf.sqrt(x), lambda: -x)
    plans = ShapedPlans(Plan([y], [x], Store(functions.compiled), PlanOptions()))
    assert all(plans.plan_for([np.float32(2.0)]) is plans.general for _ in range(3))
    assert_equal_runs([y], [{x: value} for value in (4.0, 4.0, -4.0)])

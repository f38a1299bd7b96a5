"""Plans made for the shapes that are fed again and again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.runtime import functions, shaped_plans
from convflow.runtime.options import PlanOptions
from convflow.runtime.plan import Plan
from convflow.runtime.shaped_plans import ShapedPlans
from convflow.runtime.store import Store
from tests.runtime.rewrites.plans import PLAIN, assert_equal_runs

RANDOM = np.random.RandomState(0)


def plans_of(fetches: list[Any], fed: list[Any]) -> ShapedPlans:
    return ShapedPlans(Plan(fetches, fed, Store(functions.compiled), PlanOptions()))


def rows(count: int, width: int = 6) -> np.ndarray:
    return RANDOM.normal(size=(count, width)).astype(np.float32)


def halved(x: Any) -> Any:
    """Computes with the sizes of x."""
    sizes = tf.shape(x)
    return tf.reshape(x, tf.stack([sizes[0] * sizes[1] // 2, 2]))


def test_the_second_run_with_the_same_shapes_has_a_plan_of_its_own() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    plans = plans_of([tf.square(halved(x))], [x])
    first, other, second, third = (plans.plan_for([value]) for value in (rows(4), rows(3), rows(4), rows(4)))
    assert first is other is plans.general
    assert "Shape" in first.titles()
    assert second is third
    assert second.titles() == ["Reshape", "Square"]


def test_results_are_those_of_the_general_plan_whatever_comes() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    y = tf.placeholder(tf.float32, [None, None])
    w = tf.get_variable("w", [2, 2])
    product = tf.matmul(halved(x), w) + tf.reduce_mean(y, axis=0, keepdims=True)
    loss = tf.reduce_sum(tf.square(product))
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    sizes = [4, 4, 4, 1, 4, 1, 1, 2, 4]
    feeds = [{x: rows(size), y: rows(size % 3 + 1, 2)} for size in sizes]
    with tf.control_dependencies([train]):
        updated = w.read_value()
    setup = tf.assign(w, [[1.0, 2.0], [3.0, -1.0]])
    assert_equal_runs([loss, *tf.gradients(loss, [x, y]), updated], feeds, setup)


def test_random_numbers_go_on_from_plan_to_plan() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    noisy = x + tf.random_normal(tf.shape(x), seed=3)
    assert_equal_runs([noisy], [{x: rows(size)} for size in (2, 2, 3, 2, 3, 3)])


def test_gradients_of_broadcasts_that_stretch_nothing_take_no_step() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    y = tf.placeholder(tf.float32, [None, 6])
    slopes = tf.gradients(tf.exp(x) * tf.exp(y), [x, y])
    plans = plans_of(slopes, [x, y])
    plan = [plans.plan_for([rows(4), rows(4)]) for _ in range(2)][1]
    assert not {"BroadcastGradientArgs", "Sum", "Reshape", "Shape"} & set(plan.titles())
    stretched = [plans.plan_for([rows(1), rows(4)]) for _ in range(2)][1]
    assert "Sum" in stretched.titles()
    values = [(1, 4), (4, 4), (4, 1)]
    assert_equal_runs(slopes, [{x: rows(a), y: rows(b)} for a, b in values for _ in range(3)])


@pytest.mark.parametrize("opened", [True, False])
def test_shapes_that_do_not_fit_are_refused_in_the_same_words(opened: bool) -> None:
    x = tf.placeholder(tf.float32, [None, 6] if opened else None)
    y = tf.placeholder(tf.float32, [None, None])
    z = tf.matmul(halved(x), y)
    said = []
    for config in (PLAIN, None):
        with tf.Session(config=config) as session:
            for _ in range(3):
                with pytest.raises(tf.errors.InvalidArgumentError) as raised:
                    session.run(z, {x: rows(2), y: rows(3)})
                said.append(raised.value.message)
            assert session.run(z, {x: rows(2), y: rows(2)}).shape == (6, 6)
    assert len(set(said)) == 1


def test_a_branch_whose_shapes_do_not_fit_and_that_is_not_taken() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    y = tf.cond(tf.shape(x)[0] > 1, lambda: tf.reshape(x, [2, 6]) * 2.0, lambda: x)
    assert_equal_runs([y, tf.shape(y)], [{x: rows(size)} for size in (1, 1, 1, 2, 2, 2)])


def test_loops_stay_as_they_are() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    count = tf.shape(x)[0]
    _, total = tf.while_loop(
        lambda i, _: i < count, lambda i, t: (i + 1, t + tf.reduce_sum(tf.reshape(x, [-1, 2]))), [0, 0.0]
    )
    assert_equal_runs([total, tf.gradients(total, x)[0]], [{x: rows(size)} for size in (2, 2, 3, 2, 3, 3)])


def test_variables_may_change_their_shapes() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    v = tf.Variable(np.zeros([1, 6], np.float32), validate_shape=False)
    longer = tf.concat([v, x], 0)
    written = tf.assign(v, longer, validate_shape=False)
    with tf.control_dependencies([written]):
        sizes = tf.shape(v.read_value())
    assert_equal_runs([sizes, written], [{x: rows(size)} for size in (2, 2, 2, 3, 3)], v.initializer)


def test_what_is_made_outside_may_vary_while_feeds_do_not() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    calls = iter(range(100))
    made = tf.py_func(lambda _: np.ones([next(calls) % 3 + 1, 6], np.float32), [x], tf.float32)
    made.set_shape([None, 6])
    element = tf.data.Dataset.range(5).map(lambda n: tf.zeros([n + 1])).repeat().make_one_shot_iterator().get_next()
    fetches = [tf.shape(made), tf.shape(element), tf.shape(x) * 2, tf.reduce_sum(halved(made))]
    with tf.Session() as session:
        runs = [session.run(fetches, {x: rows(2)}) for _ in range(6)]
    assert [list(run[0]) for run in runs] == [[index % 3 + 1, 6] for index in range(6)]
    assert [list(run[1]) for run in runs] == [[index % 5 + 1] for index in range(6)]
    assert all(list(run[2]) == [4, 12] for run in runs)


def test_fed_numbers_are_no_constants() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    times = tf.placeholder(tf.int32, [2])
    y = tf.tile(x, times)
    feeds = [{x: rows(2), times: [a, b]} for a, b in ((1, 1), (1, 1), (2, 1), (1, 2))]
    assert_equal_runs([y, tf.shape(y)], feeds)


def test_intermediate_tensors_may_be_fed() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    y = tf.exp(x)
    sizes = tf.shape(y)
    z = tf.reshape(y, [sizes[0] * 3, 2])
    assert_equal_runs([z], [{x: rows(1), y: rows(size)} for size in (4, 4, 4, 2, 2)])
    assert_equal_runs([z], [{x: rows(4), sizes: [4, 6]}] * 3)


def test_only_so_many_are_kept_and_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaped_plans, "_KEPT", 2)
    monkeypatch.setattr(shaped_plans, "_MOST_MADE", 3)
    x = tf.placeholder(tf.float32, [None, 6])
    plans = plans_of([halved(x)], [x])
    made = [plans.plan_for([rows(size)]) for size in (1, 2, 3, 4) for _ in range(2)]
    assert [plan is plans.general for plan in made] == [True, False, True, False, True, False, True, True]
    assert plans.plan_for([rows(1)]) is plans.general
    assert plans.plan_for([rows(3)]) is made[5]


def test_ever_new_shapes_stay_with_the_general_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaped_plans, "_MOST_SEEN", 3)
    x = tf.placeholder(tf.float32, [None, 6])
    plans = plans_of([halved(x)], [x])
    assert all(plans.plan_for([rows(size)]) is plans.general for size in (1, 2, 3, 4, 4, 1))


@pytest.mark.parametrize("shape", [[4, 6], [None, 6]])
def test_programs_that_compute_nothing_with_shapes_have_one_plan(shape: list[Any]) -> None:
    x = tf.placeholder(tf.float32, shape)
    plans = plans_of([tf.square(x) if shape[0] is None else halved(x)], [x])
    assert all(plans.plan_for([rows(4)]) is plans.general for _ in range(3))


def test_sizes_that_do_not_come_from_feeds() -> None:
    x = tf.placeholder(tf.float32, [None])
    made = tf.py_func(lambda: np.ones([2, 6], np.float32), [], tf.float32)
    plans = plans_of([x * tf.reduce_sum(halved(made))], [x])
    assert all(plans.plan_for([rows(1)[0]]) is plans.general for _ in range(4))


def test_plans_that_are_not_rewritten_serve_all() -> None:
    x = tf.placeholder(tf.float32, [None, 6])
    plans = ShapedPlans(Plan([halved(x)], [x], Store(functions.compiled), PlanOptions(rewrites=False)))
    assert all(plans.plan_for([rows(4)]) is plans.general for _ in range(3))

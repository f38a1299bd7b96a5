"""tf.case and its contrib kin: which function runs, what is refused, what fails in the run."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest

import convflow as tf
from convflow.ops.case import smart_case


@pytest.fixture
def x():
    return tf.placeholder(tf.int32, [], name="x")


def branches(x):
    return [(x < 10, lambda: tf.constant(1.0)), (x < 20, lambda: tf.constant(2.0)), (x < 30, lambda: tf.constant(3.0))]


@pytest.mark.parametrize(("value", "expected"), [(5, 1.0), (15, 2.0), (25, 3.0), (35, -1.0)])
def test_first_that_holds(run, x, value, expected):
    chosen = tf.case(branches(x), default=lambda: tf.constant(-1.0))
    assert run(chosen, {x: value}) == expected


def test_without_default_one_must_hold(run, x):
    chosen = tf.case([(tf.equal(x, 1), lambda: tf.constant(1.0)), (tf.equal(x, 2), lambda: tf.constant(2.0))])
    assert run(chosen, {x: 2}) == 2.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="None of conditions evaluated as True"):
        run(chosen, {x: 3})


def test_exclusive(run, x):
    chosen = tf.case(branches(x), default=lambda: tf.constant(-1.0), exclusive=True)
    assert run(chosen, {x: 25}) == 3.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="exclusive=True: more than 1 conditions"):
        run(chosen, {x: 5})


def test_only_the_chosen_function_runs(run, x):
    counts = tf.get_variable("counts", initializer=[0, 0, 0])
    pairs = [(tf.equal(x, i), lambda i=i: tf.assign_add(counts, np.eye(3, dtype=np.int32)[i])) for i in range(3)]
    chosen = tf.case(pairs, exclusive=True)
    run(tf.global_variables_initializer())
    for value in (0, 2, 2):
        run(chosen, {x: value})
    np.testing.assert_array_equal(run(counts), [1, 0, 2])


@pytest.mark.parametrize("kind", [dict, OrderedDict])
def test_dictionaries(run, x, kind):
    pairs = kind(
        [(tf.less(x, 10, name="b"), lambda: tf.constant(1)), (tf.less(x, 5, name="a"), lambda: tf.constant(2))]
    )
    chosen = tf.case(pairs, default=lambda: tf.constant(3))
    # In the order of the names, or as given.
    assert run(chosen, {x: 3}) == (1 if kind is OrderedDict else 2)


def test_structures(run, x):
    chosen = tf.case([(x < 1, lambda: (tf.constant(1), [tf.constant(2)]))], default=lambda: (x, [x]), strict=True)
    assert run(chosen, {x: 7}) == (7, [7])


def test_gradients(run, x):
    y = tf.placeholder(tf.float32, [])
    chosen = tf.case([(x < 1, lambda: y * y), (x < 2, lambda: y * 3.0)], default=lambda: y)
    (slope,) = tf.gradients(chosen, y)
    assert [run(slope, {x: value, y: 5.0}) for value in (0, 1, 2)] == [10.0, 3.0, 1.0]


def test_smart_case_chooses_now_where_it_can(run, x):
    assert smart_case([(False, lambda: 1), (True, lambda: 2)], default=lambda: 3) == 2
    chosen = smart_case(
        [(False, lambda: tf.constant(1)), (x < 1, lambda: tf.constant(2))], default=lambda: tf.constant(3)
    )
    assert [run(chosen, {x: value}) for value in (0, 1)] == [2, 3]


@pytest.mark.parametrize(
    ("pairs", "kind", "text"),
    [
        (3, TypeError, "must be a list, tuple, or dict. Received: int"),
        ([], ValueError, "'pred_fn_pairs' is empty"),
        ([[True, int]], TypeError, "must be a 2-tuple"),
        ([(True, int)], TypeError, "pred must be a Tensor, got: True"),
        ([(1.0, int)], TypeError, "pred must be a Tensor, got: 1.0"),
    ],
)
def test_refusals(pairs, kind, text):
    with pytest.raises(kind, match=text):
        tf.case(pairs, default=int)


def test_refusals_of_tensors(x):
    with pytest.raises(TypeError, match="pred must be Tensor of type bool: x:0 is int32"):
        tf.case([(x, lambda: x)], default=lambda: x)
    with pytest.raises(TypeError, match=r"fn for pred .* must be callable, got 3"):
        tf.case([(x < 1, 3)], default=lambda: x)
    with pytest.raises(TypeError, match="pred must be a Tensor or bool, got: 2"):
        smart_case([(2, int)])

"""Guards: when nodes run. The algebra against truth tables, the plans' text."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convflow as tf
from convflow.runtime import functions
from convflow.runtime.guards import ALWAYS, NEVER, both, either
from convflow.runtime.options import PlanOptions
from convflow.runtime.plan import Plan
from convflow.runtime.store import Store

PREDICATES = "abc"
CLAUSE = st.dictionaries(st.sampled_from(PREDICATES), st.booleans()).map(lambda sides: frozenset(sides.items()))
GUARD = st.frozensets(CLAUSE, max_size=4)


def holds(guard, world):
    return any(all(world[predicate] == side for predicate, side in clause) for clause in guard)


WORLDS = [dict(zip(PREDICATES, sides, strict=True)) for sides in product([True, False], repeat=3)]


@given(GUARD, GUARD)
def test_both_and_either_mean_and_and_or(one, other):
    together, one_of = both(one, other), either([one, other])
    for world in WORLDS:
        assert holds(together, world) == (holds(one, world) and holds(other, world))
        assert holds(one_of, world) == (holds(one, world) or holds(other, world))


def test_two_sides_cancel():
    inner = [frozenset([frozenset([("a", True), ("b", side)])]) for side in (True, False)]
    rejoined = either(inner)
    assert rejoined == frozenset([frozenset([("a", True)])])
    assert either([rejoined, frozenset([frozenset([("a", False)])])]) is ALWAYS
    assert both(*inner) == NEVER


def source(fetches, fed):
    return Plan(fetches, fed, Store(functions.compiled), PlanOptions(rewrites=False)).source


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as own:
        yield own


def test_a_plan_without_switches_tests_nothing():
    x = tf.placeholder(tf.float32, [2])
    text = source([tf.exp(x) * 2.0], [x])
    assert "if" not in text and "None" not in text


def test_neighbours_of_one_branch_share_a_test():
    pred, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [2])
    y = tf.cond(pred, lambda: tf.exp(tf.exp(tf.exp(x))), lambda: x)
    text = source([y], [pred, x])
    assert text.count("    if flag_0:") == 1
    assert text.count("flag_0 = ") == 1
    assert not [line for line in text.splitlines() if line.startswith("    if not (")]

"""What a draft lets rewrites do, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

import convflow as tf
from convflow.runtime import prune, schedule
from convflow.runtime.draft import Draft


def draft_of(fetches: list[Any], fed: list[Any]) -> Draft:
    items = schedule.order(prune.needed_operations(fetches, fed), set(fed))
    return Draft(items, fed, [fetch for fetch in fetches if isinstance(fetch, tf.Tensor)])


def add_and_square(value: Any) -> Any:
    return (value + value).square()


@pytest.fixture
def x() -> Any:
    return tf.placeholder(tf.float32, [2])


def fused(draft: Draft, x: Any, inner: Any, outer: Any) -> Any:
    return draft.fuse([inner.op, outer.op], "Double + Square", add_and_square, [x], [outer])


def test_nodes_become_one_at_the_place_of_the_last(x: Any):
    inner = x + x
    outer = tf.square(inner)
    draft = draft_of([outer], [x])
    assert fused(draft, x, inner, outer).outputs == [outer]
    assert [item.type for item in draft.items] == ["Double + Square"]
    assert not draft.has(inner.op)


def test_refused_where_somebody_else_reads_the_inner_value(x: Any):
    inner = x + x
    outer = tf.square(inner)
    draft = draft_of([outer, tf.exp(inner)], [x])
    assert fused(draft, x, inner, outer) is None
    assert draft.has(inner.op)


def test_refused_where_the_inner_value_is_fetched_or_fed(x: Any):
    inner = x + x
    outer = tf.square(inner)
    assert fused(draft_of([outer, inner], [x]), x, inner, outer) is None
    draft = draft_of([outer], [x])
    assert draft.only_reader(x, "Add", "AddV2") is None


def test_refused_where_a_variable_is_written_in_between():
    v = tf.Variable([1.0, 2.0])
    inner = v + v
    with tf.control_dependencies([inner]):
        write = tf.assign(v, [3.0, 4.0])
    with tf.control_dependencies([write]):
        outer = tf.square(inner)
    draft = draft_of([outer], [])
    assert fused(draft, v._ref(), inner, outer) is None


def test_refused_across_branches(x: Any):
    inner = []

    def double() -> Any:
        inner.append(x + x)
        return inner[0]

    y = tf.cond(x[0] > 0.0, double, lambda: x)
    outer = tf.square(y)
    draft = draft_of([outer], [x])
    assert draft.fuse([inner[0].op, outer.op], "Double + Square", add_and_square, [x], [outer]) is None


def test_a_renamed_value_has_the_readers_of_both(x: Any):
    one, other = tf.square(x), tf.square(x)
    draft = draft_of([tf.exp(one), tf.exp(other)], [x])
    assert draft.rename(other.op, [one])
    assert draft.source(other) is one
    assert len(draft.readers(one)) == 2
    assert draft.only_reader(one, "Exp") is None


def test_a_value_is_not_renamed_to_a_later_one(x: Any):
    one, other = tf.square(x), tf.square(x)
    draft = draft_of([one, other], [x])
    assert not draft.rename(one.op, [other])


def test_what_nobody_takes_is_swept_out(x: Any):
    inner = tf.exp(tf.square(x))
    draft = draft_of([inner, tf.Variable([0.0]).initializer], [x])
    kept = len(draft.items)
    draft.sweep()
    assert len(draft.items) == kept
    draft.rename(inner.op, [x])
    draft.sweep()
    assert [item.type for item in draft.items if item.type in ("Square", "Exp")] == ["Exp"]

"""tf.contrib.graph_editor.get_backward_walk_ops."""

from __future__ import annotations

import pytest

import convflow as tf

walk = tf.contrib.graph_editor.get_backward_walk_ops


def test_the_nodes_behind_a_tensor() -> None:
    a, b = tf.constant(1, name="a"), tf.constant(2, name="b")
    with tf.control_dependencies([tf.no_op(name="first")]):
        c = tf.add(a, b, name="c")
    d = tf.negative(c, name="d")

    def names(*args: object, **kwargs: object) -> list[str]:
        return [op.name for op in walk(*args, **kwargs)]

    assert names(d) == names([d.op]) == ["d", "c", "a", "b"]
    assert names(d, inclusive=False) == ["c", "a", "b"]
    assert names([d], control_inputs=True) == ["d", "c", "a", "b", "first"]
    assert names(d, stop_at_ts=[c]) == ["d"]
    assert names(d, within_ops=[d.op, c.op]) == ["d", "c"]
    assert names(d, within_ops_fn=lambda op: op.name != "a") == ["d", "c", "b"]
    with pytest.raises(TypeError, match="begins with operations or tensors, got 'd'"):
        walk("d")

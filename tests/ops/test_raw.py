"""Ops by their own names."""

from __future__ import annotations

import pytest

import convflow as tf


def test_one_output_several_and_none() -> None:
    assert tf.raw_ops.Add(x=1, y=2).op.type == "Add"
    unique = tf.raw_ops.Unique(x=[1, 1, 2])
    with tf.Session() as session:
        assert session.run(unique.y).tolist() == [1, 2]
        assert session.run(unique).idx.tolist() == [0, 0, 1]
    assert isinstance(tf.raw_ops.NoOp(name="nothing"), tf.Operation)


def test_arguments_come_by_keyword() -> None:
    with pytest.raises(TypeError, match="positional"):
        tf.raw_ops.Add(1, 2)
    with pytest.raises(TypeError, match=r"The op Add takes x, y, T; unknown: \['z'\], missing: \['y'\]"):
        tf.raw_ops.Add(x=1, z=2)


def test_ops_that_are_not_there() -> None:
    with pytest.raises(AttributeError, match="convflow has no op called 'NoSuchOp'"):
        tf.raw_ops.NoSuchOp  # noqa: B018
    assert "MatMul" in dir(tf.raw_ops)

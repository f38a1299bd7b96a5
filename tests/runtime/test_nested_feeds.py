"""Structures of tensors as keys of a feed dictionary, such as the state of a recurrent network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf


@pytest.mark.parametrize(
    ("shape_of_key", "value"),
    [
        (lambda a, b: (a, b), (1.0, 2.0)),
        (lambda a, b: ((a, b),), ((1.0, 2.0),)),
        (lambda a, b: ((a,), (b,)), ((1.0,), (2.0,))),
        (lambda a, b: (a, (b,)), (1.0, 2.0)),
        (lambda a, b: ((a, b),), ([1.0, 2.0],)),
    ],
)
def test_keys_may_be_nested(shape_of_key: Any, value: Any) -> None:
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    with tf.Session() as session:
        assert session.run([a, b], {shape_of_key(a, b): value}) == [1.0, 2.0]


def test_lists_stand_for_arrays() -> None:
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    with tf.Session() as session:
        left, right = session.run([a, b], {(a, b): ([1.0, 2.0], [3.0])})
    assert left.tolist() == [1.0, 2.0] and right.tolist() == [3.0]


def test_another_number_of_values_is_refused() -> None:
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    with tf.Session() as session, pytest.raises(ValueError, match="The feed of 2 tensors needs as many values"):
        session.run(a, {(a, b): (1.0, 2.0, 3.0)})


def test_the_state_of_stacked_cells_is_fed_back() -> None:
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(3) for _ in range(2)])
    start = cell.zero_state(1, tf.float32)
    _, end = tf.nn.dynamic_rnn(cell, tf.ones([1, 4, 2]), initial_state=start)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        first = session.run(end)
        second = session.run(end, {start: first})
    assert not np.allclose(first[0].c, second[0].c)

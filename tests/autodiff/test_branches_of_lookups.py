"""Gradients of branches that look up rows of one variable with indices of different types."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf


@pytest.mark.parametrize("other", ["int32 rows", "zeros"])
def test_indices_of_both_types(other: str) -> None:
    w = tf.Variable(np.arange(12, dtype=np.float32).reshape(4, 3))
    taken = tf.placeholder(tf.bool, [])
    long = tf.constant([1, 2], tf.int64)
    y = tf.cond(
        taken,
        lambda: tf.nn.embedding_lookup(w, long),
        lambda: tf.nn.embedding_lookup(w, [0, 3]) * 2.0 if other == "int32 rows" else tf.zeros([2, 3]),
    )
    gradient = tf.convert_to_tensor(tf.gradients(y, w)[0])
    expected = [[2, 0, 0, 2] if other == "int32 rows" else [0, 0, 0, 0], [0, 1, 1, 0]]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for is_taken in (False, True):
            assert session.run(gradient, {taken: is_taken})[:, 0].tolist() == expected[is_taken]

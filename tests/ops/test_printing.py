"""tf.Print."""

from __future__ import annotations

import numpy as np

import convflow as tf


def test_values_are_printed_as_they_pass(capfd):
    x = np.array([[1.5, 2.0], [3.0, 4.0]], np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
        others = [tf.constant(["a", "b"]), tf.constant(3), tf.constant(True), tf.zeros([0])]
        printed = tf.Print(tf.constant(x), [tf.constant(x), *others, tf.constant([1e-9, 123456789.0])], "msg: ")
        np.testing.assert_array_equal(session.run(printed), x)
    # As TensorFlow 2.21 prints it.
    assert capfd.readouterr().err.endswith("msg: [[1.5 2][3...]...][a b][3][1][][1e-09 123456792]\n")


def test_only_the_first_times(capfd):
    with tf.Graph().as_default(), tf.Session() as session:
        printed = tf.Print(tf.constant(1.0), [tf.constant([1, 2, 3])], first_n=1, summarize=2)
        session.run(printed)
        session.run(printed)
    assert capfd.readouterr().err == "[1 2...]\n"


def test_gradients_pass():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant(3.0)
        assert session.run(tf.gradients(tf.Print(x, [x]) * 2.0, x)) == [2.0]

from __future__ import annotations

import numpy as np

import convflow as tf


def test_gradients_pass_through_an_optional_value() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant([1.0, -2.0, 3.0], tf.float64)
        optional = tf.data.experimental.Optional.from_value((x * 2, tf.constant(7)))
        value, other = optional.get_value()
        (slope,) = tf.gradients(value * value, x)
        assert session.run(other) == 7
        np.testing.assert_allclose(session.run(slope), [8.0, -16.0, 24.0])

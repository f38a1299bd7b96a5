import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_averages(session):
    average = tf.nn.compute_average_loss
    found = session.run(
        [
            average([1.0, 2.0, 3.0]),
            average([1.0, 2.0, 3.0], sample_weight=[1.0, 0.0, 2.0]),
            average([1.0, 2.0, 3.0], sample_weight=2.0),
            average([1.0, 2.0, 3.0], global_batch_size=6),
            average([[1.0, 2.0], [3.0, 4.0]], sample_weight=[1.0, 2.0]),
            average([1.0, 2.0], sample_weight=[[1.0], [2.0]]),
            tf.nn.scale_regularization_loss([1.0, 2.0]),
        ]
    )
    np.testing.assert_allclose(found, [2.0, 7 / 3, 4.0, 1.0, 8.5, 2.5, 3.0], rtol=1e-6)
    assert average(tf.constant([1.0], tf.float16)).dtype == tf.float16


def test_a_batch_of_open_size(session):
    losses = tf.placeholder(tf.float32, [None])
    assert session.run(tf.nn.compute_average_loss(losses), {losses: [1.0, 3.0]}) == 2.0


def test_what_is_refused():
    with pytest.raises(ValueError, match="Expected a tensor with at least rank 1, got the scalar"):
        tf.nn.compute_average_loss(5.0)
    with pytest.raises(TypeError, match="global_batch_size must be an integer"):
        tf.nn.compute_average_loss([1.0], global_batch_size=2.5)
    with pytest.raises(ValueError, match="global_batch_size must be scalar"):
        tf.nn.compute_average_loss([1.0], global_batch_size=tf.constant([2]))

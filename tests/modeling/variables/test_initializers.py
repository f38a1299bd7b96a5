import math

import numpy as np
import pytest

import convflow as tf
from convflow.modeling.variables import initializers


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


@pytest.mark.parametrize(
    ("initializer", "stddev"),
    [
        (tf.random_normal_initializer(stddev=0.5, seed=1), 0.5),
        (tf.random_uniform_initializer(-1.0, 1.0, seed=1), math.sqrt(1 / 3)),
        (tf.glorot_uniform_initializer(seed=1), math.sqrt(2 / 400)),
        (tf.glorot_normal_initializer(seed=1), math.sqrt(2 / 400)),
        (tf.variance_scaling_initializer(2.0, "fan_in", "normal", seed=1), math.sqrt(2 / 200)),
        (tf.variance_scaling_initializer(2.0, "fan_out", "uniform", seed=1), math.sqrt(2 / 200)),
    ],
)
def test_spread(run, initializer, stddev):
    values = run(initializer([200, 200]))
    assert abs(values.mean()) < 0.02 * max(1.0, stddev)
    np.testing.assert_allclose(values.std(), stddev, rtol=0.02)


def test_fans_of_a_convolution(run):
    limit = math.sqrt(6 / (9 * 16 + 9 * 32))
    values = run(tf.glorot_uniform_initializer(seed=1)([3, 3, 16, 32]))
    assert limit * 0.99 < np.abs(values).max() <= limit


def test_truncated_normal_stays_within_two_deviations(run):
    values = run(tf.truncated_normal_initializer(stddev=0.5, seed=1)([100, 100]))
    assert 0.9 < np.abs(values).max() <= 1.0


def test_refusals():
    with pytest.raises(ValueError, match="Expected floating point type, got int32"):
        tf.random_normal_initializer(dtype=tf.int32)
    with pytest.raises(ValueError, match=r"`scale` must be positive float. Received: -1"):
        tf.variance_scaling_initializer(-1)
    with pytest.raises(ValueError, match=r"Invalid `mode` argument: fan. It must be one of fan_in, fan_out, fan_avg"):
        tf.variance_scaling_initializer(1.0, "fan")


@pytest.mark.parametrize(
    ("make", "scale", "distribution"),
    [
        (initializers.he_normal, 2.0, "truncated_normal"),
        (initializers.he_uniform, 2.0, "uniform"),
        (initializers.lecun_normal, 1.0, "truncated_normal"),
        (initializers.lecun_uniform, 1.0, "uniform"),
    ],
)
def test_named_scalings(make, scale, distribution):
    assert make(seed=4).get_config() == {
        "scale": scale,
        "mode": "fan_in",
        "distribution": distribution,
        "seed": 4,
        "dtype": "float32",
    }

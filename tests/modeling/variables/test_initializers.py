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


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (2, 2, 3, 4)])
def test_orthogonal(run, shape):
    matrix = run(tf.orthogonal_initializer(2.0, seed=1)(shape, tf.float64)).reshape(-1, shape[-1])
    product = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)


def test_identity_of_a_partitioned_variable(run):
    class Part:
        full_shape, var_offset = [5, 3], [2, 0]

    np.testing.assert_array_equal(run(tf.initializers.identity()([2, 3], partition_info=Part)), np.eye(5, 3)[2:4])


@pytest.mark.parametrize(
    "initializer",
    [
        tf.zeros_initializer(tf.int32),
        tf.constant_initializer([1, 2]),
        tf.random_uniform_initializer(-2, 2, 3, tf.float64),
        tf.truncated_normal_initializer(1.0, 2.0, 3),
        tf.uniform_unit_scaling_initializer(1.5, 3),
        tf.variance_scaling_initializer(2.0, "fan_avg", "uniform", 3),
        tf.orthogonal_initializer(2.0, 3),
        tf.initializers.identity(2.0),
        tf.glorot_uniform_initializer(3),
    ],
)
def test_from_its_own_config(initializer):
    again = type(initializer).from_config(initializer.get_config())
    assert again.get_config() == initializer.get_config()


def test_matrices_need_axes():
    with pytest.raises(ValueError, match=r"must be at least two-dimensional\. Received shape=\[4\]"):
        tf.orthogonal_initializer()([4])
    with pytest.raises(ValueError, match=r"Received shape=\[2, 2, 2\]: an identity matrix has two axes"):
        tf.initializers.identity()([2, 2, 2])


def test_contribs_refusals():
    with pytest.raises(TypeError, match="non-floating point type int32"):
        tf.contrib.layers.xavier_initializer(dtype=tf.int32)
    with pytest.raises(TypeError, match="non-floating point type int64"):
        tf.contrib.layers.xavier_initializer()([2], tf.int64)
    with pytest.raises(TypeError, match="Unknown mode 'fan_in': expected one of FAN_IN, FAN_OUT, FAN_AVG"):
        tf.contrib.layers.variance_scaling_initializer(mode="fan_in")

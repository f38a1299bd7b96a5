"""Training batch normalization with the activation in its sweeps, forward and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from tests.runtime.rewrites.plans import assert_equal_plans, run, titles

# Of large arrays the sweeps are compiled, of small ones the members' kernels run; some are empty or one pixel.
SHAPES = [(8, 28, 28, 32), (2, 3, 3, 32), (0, 3, 3, 32), (1, 1, 1, 32)]


def picture(*shape: int) -> np.ndarray:
    return np.random.RandomState(3).normal(1, 2, shape).astype(np.float32)


def weighted(y: Any) -> Any:
    """A sum in which each element has a weight of its own."""
    count = tf.cast(tf.size(y), tf.float32)
    return tf.reduce_sum(tf.square(y) * tf.reshape(tf.range(1.0, count + 1.0) / count, tf.shape(y)))


def vectors(channels: int = 32) -> list[Any]:
    values = np.random.RandomState(5).uniform(0.5, 2, (2, channels)).astype(np.float32)
    return [tf.constant(value) for value in values]


def layer(x: Any, activation: Any, **kwargs: Any) -> list[Any]:
    """The activated result, the moments and the derivatives."""
    scale, offset = vectors()
    y, mean, variance = tf.nn.fused_batch_norm(x * 1.0, scale, offset, epsilon=0.01, **kwargs)
    y = activation(y)
    return [y, mean, variance, *tf.gradients(weighted(y), [x, scale, offset])]


@pytest.mark.parametrize("activation", [tf.nn.relu, tf.nn.relu6, tf.identity, tf.nn.elu])
def test_same_values(activation: Any):
    x = tf.placeholder(tf.float32, [None, None, None, 32])
    fetches = layer(x, activation)
    for shape in SHAPES:
        assert_equal_plans(fetches, {x: picture(*shape)}, rtol=1e-4, atol=1e-4)


def test_volumes():
    x = tf.placeholder(tf.float32, [None, None, None, None, 32])
    assert_equal_plans(layer(x, tf.nn.relu, data_format="NDHWC"), {x: picture(2, 8, 8, 8, 32)}, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("activation", "name"), [(tf.nn.relu, "Relu"), (tf.nn.relu6, "Relu6")], ids=["relu", "relu6"])
def test_the_activation_takes_no_step(activation: Any, name: str):
    x = tf.placeholder(tf.float32, [None, 4, 4, 32])
    steps = titles(layer(x, activation), [x])
    assert f"FusedBatchNormV3 + {name}" in steps
    assert f"{name}Grad + FusedBatchNormGradV3" in steps
    assert not {name, f"{name}Grad", "FusedBatchNormV3", "FusedBatchNormGradV3"} & set(steps)


def test_moving_averages_written_in_between():
    x = tf.placeholder(tf.float32, [None, 28, 28, 32])
    y = tf.nn.relu(tf.layers.batch_normalization(x * 1.0, training=True))
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    gradient = tf.gradients(weighted(y), x)
    assert "FusedBatchNormV3 + Relu" in titles([y, *gradient, *updates], [x])
    fetches = [y, *gradient, *updates, *tf.global_variables()]
    assert_equal_plans(fetches, {x: picture(4, 28, 28, 32)}, tf.global_variables_initializer(), 3, rtol=1e-4, atol=1e-4)


def test_an_activation_that_reads_a_variable_written_in_between_waits():
    v = tf.Variable(np.ones((8, 28, 28, 32), np.float32), use_resource=False)
    y = tf.nn.fused_batch_norm(v, *vectors())[0]
    with tf.control_dependencies([y]):
        write = tf.assign(v, tf.multiply(v, 2.0))
    with tf.control_dependencies([write]):
        total = tf.add(tf.nn.relu(y), v)
    assert run(total, {}, tf.global_variables_initializer())[0].shape == (8, 28, 28, 32)
    assert_equal_plans(total, {}, tf.global_variables_initializer(), 2)


@pytest.mark.parametrize("activation", [tf.nn.relu, tf.identity])
@pytest.mark.parametrize("first", [True, False])
def test_residual_blocks(activation: Any, first: bool):
    x = tf.placeholder(tf.float32, [None, 28, 28, 32])
    shortcut = tf.sin(x)
    y = tf.layers.batch_normalization(tf.cos(x), training=True)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)[-2:]
    r = activation(y + shortcut if first else shortcut + y)
    fetches = [r, *tf.gradients(weighted(r), x), *updates]
    title = "FusedBatchNormV3 + AddV2" + " + Relu" * (activation is tf.nn.relu)
    assert title in titles(fetches, [x])
    for batch in (0, 1, 4):
        assert_equal_plans(
            fetches, {x: picture(batch, 28, 28, 32)}, tf.global_variables_initializer(), 2, rtol=1e-4, atol=1e-4
        )


def test_what_is_stretched_is_added_after():
    x = tf.placeholder(tf.float32, [8, 28, 28, 32])
    y = tf.nn.fused_batch_norm(x, *vectors())[0]
    r = tf.nn.relu(y + tf.sin(x[:, :1, :1]))
    assert_equal_plans([r, *tf.gradients(weighted(r), x)], {x: picture(8, 28, 28, 32)}, rtol=1e-4, atol=1e-4)


def test_a_result_that_others_read_keeps_its_activation():
    x = tf.placeholder(tf.float32, [8, 28, 28, 32])
    y = tf.nn.fused_batch_norm(x, *vectors())[0]
    r = tf.nn.relu(y)
    fetches = [y, *tf.gradients(weighted(r) + weighted(y), x)]
    assert {"FusedBatchNormV3", "Relu", "ReluGrad"} <= set(titles(fetches, [x]))
    assert_equal_plans(fetches, {x: picture(8, 28, 28, 32)}, rtol=1e-4, atol=1e-4)


def test_two_gradients_of_one_normalization():
    x = tf.placeholder(tf.float32, [None, 28, 28, 32])
    r = tf.nn.relu(tf.nn.fused_batch_norm(x, *vectors())[0])
    fetches = [*tf.gradients(weighted(r), x), *tf.gradients(tf.sin(r), x)]
    assert titles(fetches, [x]).count("ReluGrad + FusedBatchNormGradV3") == 2
    assert_equal_plans(fetches, {x: picture(8, 28, 28, 32)}, rtol=1e-4, atol=1e-4)


def test_gradients_of_gradients():
    x = tf.placeholder(tf.float32, [None, 28, 28, 32])
    y = tf.nn.relu(tf.nn.fused_batch_norm(x, *vectors())[0])
    first = tf.gradients(weighted(y), x)[0]
    second = tf.gradients(weighted(first), x)
    assert_equal_plans([first, *second], {x: picture(2, 28, 28, 32)}, rtol=1e-3, atol=1e-3)


def test_the_slopes_are_written_over_only_where_they_end():
    x = tf.placeholder(tf.float32, [8, 28, 28, 32])
    y = tf.nn.fused_batch_norm(x, *vectors())[0]
    slope = tf.sin(x)
    ends = tf.gradients(y, x, slope)
    assert_equal_plans(ends, {x: picture(8, 28, 28, 32)}, rtol=1e-4, atol=1e-4)
    kept = [*tf.gradients(y, x, slope), slope]
    assert_equal_plans(kept, {x: picture(8, 28, 28, 32)}, rtol=1e-4, atol=1e-4)
    fed = tf.placeholder(tf.float32, [8, 28, 28, 32])
    given = picture(8, 28, 28, 32)
    assert_equal_plans(tf.gradients(y, x, fed), {x: picture(8, 28, 28, 32), fed: given}, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(given, picture(8, 28, 28, 32))


@pytest.mark.parametrize(
    "kwargs",
    [{"data_format": "NCHW"}, {"is_training": False}, {"exponential_avg_factor": 0.5}],
    ids=["channels first", "inference", "mixed averages"],
)
def test_others_stay(kwargs: dict[str, Any]):
    x = tf.placeholder(tf.float32, [4, 32, 32, 32])
    given = {} if "data_format" in kwargs else {"mean": vectors()[0], "variance": vectors()[1]}
    fetches = layer(x, tf.nn.relu, **kwargs, **given)
    assert "Relu" in titles(fetches, [x])
    assert_equal_plans(fetches, {x: picture(4, 32, 32, 32)}, rtol=1e-4, atol=1e-4)


def test_a_gradient_of_the_wrong_shape_is_refused():
    x = tf.placeholder(tf.float32, [None, 28, 28, 32])
    wrong = tf.placeholder(tf.float32)
    gradient = tf.gradients(tf.nn.relu(tf.nn.fused_batch_norm(x, *vectors())[0]), x, wrong)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="shape"):
        session.run(gradient, {x: picture(2, 28, 28, 32), wrong: picture(1, 28, 28, 32)})

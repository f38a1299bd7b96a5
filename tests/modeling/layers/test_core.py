"""tf.layers.dense, dropout and flatten."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf


@pytest.mark.parametrize("static", [True, False])
@pytest.mark.parametrize("shape", [(4, 3), (2, 4, 3), (2, 2, 2, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dense_values(session, shape, static, dtype):
    value = np.random.default_rng(5).normal(size=shape).astype(dtype)
    x = tf.placeholder(dtype, shape if static else [None] * (len(shape) - 1) + [3])
    layer = tf.layers.Dense(5, tf.nn.relu, bias_initializer=tf.random_normal_initializer())
    y = layer(x)
    session.run(tf.global_variables_initializer())
    got, kernel, bias = session.run([y, layer.kernel, layer.bias], {x: value})
    np.testing.assert_allclose(got, np.maximum(value @ kernel + bias, 0), rtol=1e-5, atol=1e-6)
    assert got.dtype == dtype
    assert y.shape.as_list() == [*(shape[:-1] if static else [None] * (len(shape) - 1)), 5]
    assert layer.dtype == np.dtype(dtype).name
    assert layer.count_params() == 20


def test_dense_casts_to_its_type(session):
    y = tf.layers.Dense(2, dtype=tf.float64)(tf.ones([1, 3]))
    assert y.dtype == tf.float64


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ([None, None], r'last dimension of the inputs to layer "dense_1" .* received: \(\?, \?\)'),
        (None, "last dimension of the inputs .* Full input shape received: <unknown>"),
        ([3], "expected min_ndim=2, found ndim=1"),
    ],
)
def test_dense_refuses_inputs(shape, message):
    with pytest.raises(ValueError, match=message):
        tf.layers.dense(tf.placeholder(tf.float32, shape), 2)


def test_dense_refuses_integers_and_lists():
    with pytest.raises(TypeError, match=r"floating-point dtype. Received: dtype=int32"):
        tf.layers.dense(tf.placeholder(tf.int32, [None, 3]), 2)
    with pytest.raises(ValueError, match=r'Layer "dense_2" takes 1 input\(s\), got 2.*convert_to_tensor'):
        tf.layers.dense([[1.0, 2.0]], 2)
    with pytest.raises(ValueError, match=r"`units`. Expected a strictly positive value. Received: -2"):
        tf.layers.dense(tf.ones([2, 2]), -2)


def test_dropout_by_python_bool(session):
    x = tf.ones([100, 100])
    assert tf.layers.dropout(x).op.type == "Identity"
    assert tf.layers.dropout(x, training=0).op.type == "Identity"
    kept = session.run(tf.layers.dropout(x, 0.25, training=True))
    assert set(np.unique(kept)) == {0.0, np.float32(1 / 0.75)}
    assert kept.mean() == pytest.approx(1, abs=0.05)


def test_dropout_by_placeholder(session):
    x, training = tf.ones([50, 50]), tf.placeholder(tf.bool, [])
    y = tf.layers.dropout(x, 0.5, training=training)
    assert y.name == "dropout/cond/Merge:0"
    np.testing.assert_array_equal(session.run(y, {training: False}), np.ones([50, 50]))
    assert set(np.unique(session.run(y, {training: True}))) == {0.0, 2.0}


def test_dropout_by_variable(session):
    training = tf.get_variable("training", initializer=False, trainable=False)
    y = tf.layers.dropout(tf.ones([50]), training=training)
    session.run(tf.global_variables_initializer())
    np.testing.assert_array_equal(session.run(y), np.ones([50]))
    session.run(training.assign(True))
    assert 0.0 in session.run(y)


def test_dropout_gradient_follows_the_mask(session):
    x, training = tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.bool, [])
    y = tf.layers.dropout(x, 0.5, training=training)
    (derivative,) = tf.gradients(y, x)
    value = np.ones([20, 4], np.float32)
    for flag in (True, False):
        out, slope = session.run([y, derivative], {x: value, training: flag})
        np.testing.assert_array_equal(out, slope)


def test_dropout_noise_shape(session):
    y = session.run(tf.layers.dropout(tf.ones([6, 5, 4]), noise_shape=(None, 1, 4), training=True))
    assert (y == y[:, :1]).all()
    assert {0.0, 2.0} == set(np.unique(y))


def test_dropout_seed_repeats():
    runs = []
    for _ in range(2):
        with tf.Graph().as_default(), tf.Session() as session:
            runs.append(session.run(tf.layers.dropout(tf.ones([50]), training=True, seed=3)))
    np.testing.assert_array_equal(*runs)


@pytest.mark.parametrize("rate", [1.5, -0.1])
def test_dropout_refuses_rates(rate):
    with pytest.raises(ValueError, match=f"Invalid value {rate} received for `rate`"):
        tf.layers.dropout(tf.ones([2]), rate)


@pytest.mark.parametrize("training", ["yes", 2, None])
def test_dropout_refuses_other_predicates(training):
    with pytest.raises(TypeError, match="`pred` must be a Tensor, or a Python bool, or 1 or 0"):
        tf.layers.dropout(tf.ones([2]), training=training)


def test_dropout_refuses_float_predicates():
    with pytest.raises(TypeError, match=r"pred.*float32.*bool"):
        tf.layers.dropout(tf.ones([2]), training=tf.placeholder(tf.float32, []))


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 3), (3,), (2, 3, 4, 5)])
@pytest.mark.parametrize("static", [True, False])
def test_flatten(session, shape, static):
    value = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    x = tf.placeholder(tf.float32, shape if static else [None] * len(shape))
    y = tf.layers.flatten(x)
    np.testing.assert_array_equal(session.run(y, {x: value}), value.reshape(shape[0], -1))
    if static:
        assert y.shape.as_list() == [shape[0], max(int(np.prod(shape[1:])), 1)]


def test_flatten_channels_first_gives_the_same_order(session):
    pictures = np.arange(48, dtype=np.float32).reshape(2, 3, 4, 2)
    last = tf.layers.flatten(tf.constant(pictures))
    first = tf.layers.flatten(tf.constant(pictures.transpose(0, 3, 1, 2)), data_format="channels_first")
    np.testing.assert_array_equal(*session.run([last, first]))


def test_flatten_refuses_scalars_and_formats():
    with pytest.raises(ValueError, match="expected min_ndim=1, found ndim=0"):
        tf.layers.flatten(tf.ones([]))
    with pytest.raises(ValueError, match=r'"channels_first", "channels_last". Received: zz'):
        tf.layers.flatten(tf.ones([2, 2]), data_format="zz")

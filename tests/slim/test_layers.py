"""What slim's layers compute and refuse; their nodes are compared in test_graph_parity.py."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

slim = tf.contrib.slim


def run(session, *tensors):
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    values = session.run(list(tensors))
    return values[0] if len(values) == 1 else values


def picture(*shape):
    return np.random.RandomState(3).rand(*shape).astype(np.float32)


def test_conv2d_of_ones(session):
    outputs = slim.conv2d(
        tf.constant(np.ones((1, 4, 4, 2), np.float32)), 3, [3, 3], padding="VALID",
        weights_initializer=tf.ones_initializer(), biases_initializer=tf.constant_initializer(-17.5),
    )  # fmt: skip
    np.testing.assert_array_equal(run(session, outputs), np.full((1, 2, 2, 3), 0.5))


def test_activation_and_normalization_come_after_each_other(session):
    x = picture(8, 5)
    outputs = slim.fully_connected(tf.constant(x), 4, normalizer_fn=slim.batch_norm)
    assert not slim.get_variables_by_name("biases")
    product = x @ run(session, slim.get_variables_by_name("weights")[0])
    expected = (product - product.mean(0)) / np.sqrt(product.var(0) + 0.001)
    np.testing.assert_allclose(session.run(outputs), np.maximum(expected, 0), atol=1e-5)


def test_in_plane_is_the_same_for_every_channel(session):
    x = picture(1, 3, 4, 2)
    outputs = slim.conv2d_in_plane(
        tf.constant(x), [1, 2], padding="VALID", weights_initializer=tf.constant_initializer([1.0, -1.0]),
        activation_fn=None,
    )  # fmt: skip
    np.testing.assert_allclose(run(session, outputs), x[:, :, :-1] - x[:, :, 1:], atol=1e-6)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("updates", [None, "update_ops", "mine"])
@pytest.mark.parametrize("axis", [1, 3])
def test_batch_norm_moves_its_averages(session, fused, updates, axis):
    x = picture(6, 4, 4, 4) * 3
    training = tf.placeholder(tf.bool, [])
    outputs = slim.batch_norm(
        tf.constant(x), decay=0.9, scale=True, fused=fused, updates_collections=updates, is_training=training,
        data_format="NCHW" if axis == 1 else "NHWC",
    )  # fmt: skip
    session.run(tf.global_variables_initializer())
    others = tuple(i for i in range(4) if i != axis)
    mean, variance = x.mean(others, keepdims=True), x.var(others, keepdims=True)
    update_ops = tf.get_collection(updates) if updates else []
    value, *_ = session.run([outputs, *update_ops], {training: True})
    np.testing.assert_allclose(value, (x - mean) / np.sqrt(variance + 0.001), atol=1e-4)
    moved = session.run(slim.get_variables_by_name("moving_mean")[0])
    np.testing.assert_allclose(moved, 0.1 * mean.ravel(), rtol=1e-4)
    still = session.run(outputs, {training: False})
    moving_variance = session.run(slim.get_variables_by_name("moving_variance")[0])
    spread = [-1 if i == axis else 1 for i in range(4)]
    expected = (x - moved.reshape(spread)) / np.sqrt(moving_variance.reshape(spread) + 0.001)
    np.testing.assert_allclose(still, expected, atol=1e-4)


def test_batch_norm_with_weights(session):
    x = picture(3, 5)
    weights = np.array([0.0, 1.0, 3.0], np.float32)
    outputs = slim.batch_norm(tf.constant(x), batch_weights=tf.constant(weights), epsilon=1e-3)
    mean = (weights[:, None] * x).sum(0) / 4
    variance = (weights[:, None] * (x - mean) ** 2).sum(0) / 4
    np.testing.assert_allclose(run(session, outputs), (x - mean) / np.sqrt(variance + 1e-3), atol=1e-4)


@pytest.mark.parametrize("groups", [1, 2, 6])
def test_group_norm(session, groups):
    x = picture(2, 3, 4, 6)
    grouped = x.reshape(2, 12, groups, 6 // groups)
    mean, variance = grouped.mean((1, 3), keepdims=True), grouped.var((1, 3), keepdims=True)
    expected = ((grouped - mean) / np.sqrt(variance + 1e-6)).reshape(x.shape)
    both = run(
        session,
        slim.group_norm(tf.constant(x), groups),
        slim.group_norm(tf.constant(x), groups, mean_close_to_zero=True),
    )
    for value in both:
        np.testing.assert_allclose(value, expected, atol=1e-3)


def test_layer_and_instance_norm(session):
    x = picture(2, 3, 4, 6)
    value, by_channel = run(session, slim.layer_norm(tf.constant(x)), slim.instance_norm(tf.constant(x)))
    mean, variance = x.mean((1, 2, 3), keepdims=True), x.var((1, 2, 3), keepdims=True)
    np.testing.assert_allclose(value, (x - mean) / np.sqrt(variance), atol=1e-4)
    mean, variance = x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)
    np.testing.assert_allclose(by_channel, (x - mean) / np.sqrt(variance + 1e-6), atol=1e-3)


def test_unit_norm_and_maxout(session):
    x = picture(2, 3, 6)
    unit, largest = run(session, slim.unit_norm(tf.constant(x), 1), slim.maxout(tf.constant(x), 2))
    np.testing.assert_allclose(np.square(unit).sum(1), np.ones((2, 6)), atol=1e-5)
    np.testing.assert_array_equal(largest, x.reshape(2, 3, 2, 3).max(-1))


def test_images_and_sequences(session):
    x = picture(2, 3, 4, 5)
    sequence = slim.images_to_sequence(tf.constant(x))
    sequence.set_shape([4, 6, 5])
    first = slim.images_to_sequence(tf.constant(x.transpose(0, 3, 1, 2)), "NCHW")
    back, again, same = run(session, slim.sequence_to_images(sequence, 3), sequence, first)
    np.testing.assert_array_equal(back, x)
    np.testing.assert_array_equal(again, x.transpose(2, 0, 1, 3).reshape(4, 6, 5))
    np.testing.assert_array_equal(same, again)


def test_spatial_softmax_finds_the_strongest_place(session):
    x = np.zeros((1, 3, 5, 2), np.float32)
    x[0, 0, 4, 0] = x[0, 2, 2, 1] = 1000.0
    np.testing.assert_allclose(run(session, slim.spatial_softmax(tf.constant(x))), [[-1, 1, 1, 0]], atol=1e-5)


def test_softmax_one_hot_and_bias(session):
    x = picture(2, 3, 4)
    soft, hot, sparse = run(
        session,
        slim.softmax(tf.constant(x)),
        slim.one_hot_encoding(tf.constant([2, 0]), 3),
        tf.sparse_tensor_to_dense(slim.dense_to_sparse(tf.constant([[5, 0], [0, 7]]))),
    )
    np.testing.assert_allclose(soft, np.exp(x) / np.exp(x).sum(-1, keepdims=True), rtol=1e-5)
    np.testing.assert_array_equal(hot, [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(sparse, [[5, 0], [0, 7]])


def test_scaled_gradients(session):
    x = tf.constant([1.0, 2.0])
    y = slim.layers.scale_gradient(x, 0.5)
    np.testing.assert_array_equal(session.run(tf.gradients(y * y, x)[0]), [1.0, 2.0])


def test_end_points_by_name():
    with tf.Graph().as_default():
        x = tf.zeros([1, 8, 8, 3])
        with slim.arg_scope([slim.conv2d, slim.max_pool2d], outputs_collections="ends"), tf.variable_scope("net"):
            net = slim.conv2d(x, 2, 3, scope="conv1")
            slim.max_pool2d(net, 2, scope="pool1")
        ends = slim.utils.convert_collection_to_dict("ends", clear_collection=True)
        assert list(ends) == ["net/conv1", "net/pool1"]
        assert ends["net/conv1"] is net
        assert tf.get_collection("ends") == []
        assert slim.utils.gather_tensors_aliases([net, x]) == ["net/conv1", "zeros"]


REFUSED = [
    (lambda x: slim.conv2d(x, 2, 3, data_format="NHC"), "Invalid data_format: 'NHC'"),
    (lambda x: slim.conv1d(x, 2, 3), "Convolution expects input with rank 3, got 4"),
    (lambda x: slim.convolution(x[0, 0], 2, 3), "Convolution not supported for input with rank 2"),
    (lambda x: slim.conv2d_transpose(x, 2, 3, data_format="CHWN"), "has to be either NCHW or NHWC"),
    (lambda x: slim.max_pool2d(x, 2, data_format="CHWN"), "has to be either NCHW or NHWC"),
    (lambda x: slim.fully_connected(x, 2.5), "num_outputs type should be one of"),
    (lambda x: slim.bias_add(x[0], data_format="NCHW"), "NCHW only supports 4D Tensor"),
    (lambda x: slim.batch_norm(x, renorm=True, updates_collections=None), "renorm is not supported with"),
    (lambda x: slim.batch_norm(tf.placeholder(tf.float32), fused=False, updates_collections=None), "undefined rank"),
    (lambda x: slim.layer_norm(x, begin_norm_axis=4), "must be < rank"),
    (lambda x: slim.group_norm(x, groups=4), "Invalid groups 4 for 3 channels"),
    (lambda x: slim.group_norm(x, groups=2), "3 channels is not commensurate with 2 groups"),
    (lambda x: slim.group_norm(x, 1, reduction_axes=[-1]), "mutually exclusive with channels_axis"),
    (lambda x: slim.unit_norm(x, 4), "dim must be positive but smaller than the input rank"),
    (lambda x: slim.maxout(x, 2), "is not a multiple of num_units"),
    (lambda x: slim.pool(x[0, 0], 2, "MAX"), "Rank of inputs must be >= 3"),
    (lambda x: slim.stack(x, slim.conv2d, 3), "stack_args need to be a list or tuple"),
    (lambda x: slim.images_to_sequence(x, "CHWN"), "has to be either NCHW or NHWC"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[text for _, text in REFUSED])
def test_refusals(make, message):
    with tf.Graph().as_default(), pytest.raises(ValueError, match=message):
        make(tf.zeros([2, 4, 4, 3]))

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

RNG = np.random.RandomState(11)


def names(items):
    return [item.op.name if hasattr(item, "op") else item.name for item in items]


def normalized(x, axes, epsilon=1e-3):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("axis", [1, 3])
def test_training_normalizes_and_updates(session, fused, axis):
    x = RNG.normal(2, 3, (4, 3, 5, 3)).astype("f")
    y = tf.layers.batch_normalization(x, axis=axis, momentum=0.75, training=True, fused=fused)
    session.run(tf.global_variables_initializer())
    axes = tuple(i for i in range(4) if i != axis)
    np.testing.assert_allclose(session.run(y), normalized(x, axes), atol=1e-5)
    session.run(tf.get_collection(tf.GraphKeys.UPDATE_OPS))
    mean, variance = session.run(tf.global_variables()[2:])
    # The one node gives the variance as an estimate, divided by the count - 1.
    estimate = x.var(axes, ddof=1) if fused else x.var(axes)
    np.testing.assert_allclose(mean, 0.25 * x.mean(axes), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.75 + 0.25 * estimate, rtol=1e-5)


def test_moving_averages_converge_to_what_inference_needs(session):
    x = tf.placeholder(tf.float32, [None, 2])
    training = tf.placeholder_with_default(False, [])
    y = tf.layers.batch_normalization(x, momentum=0.9, training=training)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    session.run(tf.global_variables_initializer())
    for _ in range(150):
        session.run(updates, {x: RNG.normal([3.0, -1.0], [2.0, 0.5], (256, 2)), training: True})
    found = session.run(y, {x: RNG.normal([3.0, -1.0], [2.0, 0.5], (4096, 2))})
    np.testing.assert_allclose(found.mean(0), 0, atol=0.1)
    np.testing.assert_allclose(found.std(0), 1, atol=0.1)


def test_updates_do_nothing_where_a_tensor_says_not_to_train(session):
    x = tf.placeholder(tf.float32, [None, 2, 2, 3])
    training = tf.placeholder(tf.bool, [])
    for fused in (True, False):
        tf.layers.batch_normalization(x, training=training, fused=fused)
    session.run(tf.global_variables_initializer())
    before = session.run(tf.global_variables())
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    feed = {x: RNG.normal(size=(2, 2, 2, 3))}
    session.run(updates, {**feed, training: False})
    for old, new in zip(before, session.run(tf.global_variables()), strict=True):
        np.testing.assert_array_equal(old, new)
    session.run(updates, {**feed, training: True})
    assert not np.array_equal(before[2], session.run(tf.global_variables()[2]))


def test_two_calls_share_variables_and_have_updates_each(session):
    layer = tf.layers.BatchNormalization(momentum=0.5)
    a, b = tf.constant([[1.0], [3.0]]), tf.constant([[5.0], [9.0]])
    layer(a, training=True)
    layer(b, training=True)
    assert len(layer.weights) == 4
    assert len(layer.updates) == len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)) == 4
    session.run(tf.global_variables_initializer())
    session.run(layer.get_updates_for(b))
    assert session.run(layer.moving_mean) == 3.5


def test_renorm_trains_as_inference_computes(session):
    """Where no limit binds, the corrected values are those by the moving statistics."""
    x = RNG.normal(1, 2, (8, 2)).astype("f")
    options = {"moving_mean_initializer": tf.constant_initializer(0.5), "renorm_momentum": 1.0}
    layer = tf.layers.BatchNormalization(renorm=True, **options)
    trained, inferred = layer(x, training=True), layer(x)
    session.run(tf.global_variables_initializer())
    expected = (x - 0.5) / np.sqrt(1.0)
    np.testing.assert_allclose(session.run(trained), expected, rtol=1e-3)
    np.testing.assert_allclose(session.run(inferred), expected, rtol=1e-3)
    assert names(layer.non_trainable_variables) == [
        f"batch_normalization/{name}"
        for name in ("moving_mean", "moving_variance", "moving_stddev", "renorm_mean", "renorm_stddev")
    ]


def test_virtual_batches_are_normalized_by_themselves(session):
    x = RNG.normal(size=(6, 3)).astype("f")
    y = tf.layers.batch_normalization(x, virtual_batch_size=2, training=True)
    session.run(tf.global_variables_initializer())
    # Examples 0, 3; 1, 4; 2, 5: the virtual batches lie across the batch, as in TensorFlow.
    apart = x.reshape(2, 3, 3)
    np.testing.assert_allclose(session.run(y), normalized(apart, 0).reshape(6, 3), atol=1e-4)


def test_a_virtual_batch_must_divide_the_batch(session):
    x = tf.placeholder(tf.float32, [None, 3])
    y = tf.layers.batch_normalization(x, virtual_batch_size=4, training=True)
    session.run(tf.global_variables_initializer())
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"6.*3|18"):
        session.run(y, {x: np.zeros([6, 3])})


def test_learning_goes_through_the_normalization(session):
    x = RNG.normal(5, 3, (64, 4)).astype("f")
    labels = (x.sum(1, keepdims=True) > 20).astype("f")
    h = tf.layers.batch_normalization(x, training=True)
    logits = tf.layers.dense(h, 1)
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.constant(labels), logits=logits))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        step = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
    session.run(tf.global_variables_initializer())
    first = session.run(loss)
    for _ in range(50):
        session.run(step)
    assert session.run(loss) < first / 3
    assert not np.allclose(session.run("batch_normalization/moving_mean:0"), 0)


def test_regularizers_and_constraints():
    x = tf.placeholder(tf.float32, [None, 3])
    tf.layers.batch_normalization(x, gamma_regularizer=tf.nn.l2_loss, beta_constraint=tf.nn.relu)
    assert names(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == [
        "batch_normalization/gamma/Regularizer/L2Loss"
    ]
    gamma, beta = tf.trainable_variables()
    assert gamma.constraint is None and beta.constraint is tf.nn.relu


@pytest.mark.parametrize(
    ("shape", "arguments", "text"),
    [
        ([None, None], {}, r'size of axis 1 of the inputs to layer "batch_normalization_1" should be defined'),
        (None, {}, r'The rank of the inputs to layer "batch_normalization_1" must be known, its axes are -1'),
        ([2, 3], {"axis": 2}, r"Expected different axes from -2 to 1 for inputs of shape \(2, 3\). Received: axis=2"),
        ([2, 3], {"axis": [1, -1]}, r"Expected different axes from -2 to 1"),
        ([2, 3], {"renorm": True, "renorm_clipping": {"max": 1}}, r"Received invalid keys .*\['max'\]. Supported"),
        (
            [2, 3],
            {"virtual_batch_size": 0},
            r"must be a positive integer that divides .* Received: virtual_batch_size=0",
        ),
        ([2, 3], {"virtual_batch_size": 2, "axis": 0}, r"axis cannot include 0. Received axis=\[0\]"),
        ([2, 3], {"virtual_batch_size": 2, "adjustment": len}, r"adjustment cannot be specified"),
    ],
)
def test_refusals(shape, arguments, text):
    with pytest.raises(ValueError, match=text):
        tf.layers.batch_normalization(tf.placeholder(tf.float32, shape), **arguments)


def test_axis_and_functions_are_checked():
    with pytest.raises(TypeError, match="Expected an int or a list/tuple of ints for the argument 'axis'"):
        tf.layers.BatchNormalization(axis="last")
    with pytest.raises(TypeError, match="`gamma_regularizer` argument must be a function"):
        tf.layers.BatchNormalization(gamma_regularizer=0.1)
    with pytest.raises(TypeError, match="Keyword argument not understood: 'moments'"):
        tf.layers.BatchNormalization(moments=1)


def test_config_makes_an_equal_layer():
    layer = tf.layers.BatchNormalization(renorm=True, renorm_clipping={"rmax": 2.0}, momentum=0.5, name="bn")
    twin = tf.layers.BatchNormalization.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()

"""Functions of tf.keras.backend: NumPy's values in Keras' terms."""

import numpy as np
import pytest

import convflow as tf

K = tf.keras.backend
X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


@pytest.fixture(autouse=True)
def graph():
    K.clear_session()
    yield
    K.clear_session()


CASES = {
    "dot": (lambda x: K.dot(x, K.ones((4, 2))), X @ np.ones((4, 2))),
    "batch_dot": (lambda x: K.batch_dot(x, x, axes=(2, 2)), np.einsum("bij,bkj->bik", X, X)),
    "batch_dot_vectors": (lambda x: K.batch_dot(x[:, 0], x[:, 1], 1), (X[:, 0] * X[:, 1]).sum(1, keepdims=True)),
    "batch_flatten": (K.batch_flatten, X.reshape(2, -1)),
    "flatten": (K.flatten, X.ravel()),
    "argmax": (lambda x: K.argmax(-x), (-X).argmax(-1)),
    "mean_of_bool": (lambda x: K.mean(K.greater(x, 5.0)), (X > 5).mean()),
    "sqrt": (lambda x: K.sqrt(x - 4), np.sqrt(np.maximum(X - 4, 0))),
    "clip": (lambda x: K.clip(x, 2, 9), X.clip(2, 9)),
    "concatenate": (lambda x: K.concatenate([x, x]), np.concatenate([X, X], -1)),
    "permute": (lambda x: K.permute_dimensions(x, (2, 0, 1)), X.transpose(2, 0, 1)),
    "repeat": (lambda x: K.repeat(x[:, 0], 3), np.repeat(X[:, :1], 3, 1)),
    "repeat_elements": (lambda x: K.repeat_elements(x, 2, 1), np.repeat(X, 2, 1)),
    "reverse": (lambda x: K.reverse(x, 1), X[:, ::-1]),
    "one_hot": (lambda x: K.one_hot(K.constant([1, 0], "int32"), 2), [[0, 1], [1, 0]]),
    "arange": (lambda x: K.arange(1, 7, 2), [1, 3, 5]),
    "switch": (lambda x: K.switch(x[:, 0, 0] > 3.0, x, -x), np.stack([-X[0], X[1]])),
    "switch_scalar": (lambda x: K.switch(K.constant(True, "bool"), lambda: x, lambda: -x), X),
    "test_phase": (lambda x: K.in_test_phase(x, -x), X),
    "train_phase": (lambda x: K.in_train_phase(x, -x, training=True), X),
    "any": (lambda x: K.any(x, axis=1), X.any(1)),
    "l2_normalize": (lambda x: K.l2_normalize(x + 1, -1), (X + 1) / np.linalg.norm(X + 1, axis=-1, keepdims=True)),
    "bias_add": (lambda x: K.bias_add(x, K.constant([1, 2, 3, 4])), X + [1, 2, 3, 4]),
    "bias_of_places": (lambda x: K.bias_add(x, K.constant(X[1])), X + X[1]),
    "bias_of_first": (
        lambda x: K.bias_add(x[None], K.constant([1, 2]), "channels_first"),
        X[None] + np.reshape([1, 2], (2, 1, 1)),
    ),
    "temporal_padding": (lambda x: K.temporal_padding(x, (1, 2)), np.pad(X, ((0, 0), (1, 2), (0, 0)))),
    "causal": (lambda x: K.conv1d(x, K.ones((2, 4, 1)), padding="causal")[0, :, 0], [6, 28, 60]),
    "conv2d": (lambda x: K.conv2d(x[None], K.ones((2, 3, 4, 1))), X.sum(keepdims=True)[None]),
    "pool2d": (lambda x: K.pool2d(x[None], (2, 3), pool_mode="avg"), X.mean((0, 1))[None, None, None]),
    "resize": (lambda x: K.resize_images(x[None], 2, 1, "channels_last"), np.repeat(X, 2, 0)[None]),
    "cast": (lambda x: K.cast(x, "int32"), X.astype(int)),
    "random": (lambda x: K.shape(K.random_normal((2, 5))), [2, 5]),
    "binomial": (lambda x: K.random_binomial((3,), 1.0), [1, 1, 1]),
}


@pytest.mark.parametrize("name", CASES)
def test_values(name):
    function, wanted = CASES[name]
    np.testing.assert_allclose(K.eval(function(K.constant(X))), wanted, rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda x: K.bias_add(x, K.constant([1, 2, 3, 4]), "NHWC"), "`data_format` argument must be one of"),
        (lambda x: K.bias_add(x[None], K.constant(X[0])), "Unexpected bias dimensions 2, expect to be 1 or 3"),
        (lambda x: K.spatial_2d_padding(x[None], data_format="NCHW"), "`data_format` argument must be one of"),
    ],
)
def test_what_cannot_be_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call(K.constant(X))


def test_updates_and_gradients():
    v = K.variable([1.0, 2.0])
    steps = [K.update_add(v, [1.0, 1.0]), K.moving_average_update(v, K.zeros((2,)), 0.5)]
    for step in steps:
        K.get_session().run(step)
    assert K.eval(v).tolist() == [1.0, 1.5]
    assert K.eval(K.gradients(K.sum(v * v), [v])[0]).tolist() == [2.0, 3.0]


def test_facts():
    x = K.placeholder((None, 3))
    assert (K.ndim(x), K.dtype(x), K.is_sparse(x), K.is_keras_tensor(x)) == (2, "float32", False, False)
    assert K.is_keras_tensor(tf.keras.Input((3,)))
    assert K.count_params(K.zeros((2, 3))) == 6
    with pytest.raises(ValueError, match="Expected a symbolic tensor instance"):
        K.is_keras_tensor(3)
    with pytest.raises(ValueError, match="Invalid pooling mode: 'min'"):
        K.pool2d(K.ones((1, 2, 2, 1)), (2, 2), pool_mode="min")
    with pytest.raises(ValueError, match="Cannot perform batch_dot over axis 0"):
        K.batch_dot(x, x, 0)
    with K.learning_phase_scope(1):
        assert K.learning_phase() == 1
    assert K.learning_phase() != 1


def test_rnn_steps():
    x = K.constant(X)
    last, outputs, _ = K.rnn(lambda row, s: (row + s[0], [row + s[0]]), x, [x[:, 0] * 0])
    wanted = X.cumsum(1)
    np.testing.assert_allclose(K.eval(outputs), wanted)
    np.testing.assert_allclose(K.eval(last), wanted[:, -1])
    mask = np.array([[True, False, True], [False, True, True]])
    for unroll in (False, True):
        _, outputs, _ = K.rnn(
            lambda row, s: (row + s[0], [row + s[0]]), x, [x[:, 0] * 0], mask=tf.constant(mask), unroll=unroll
        )
        np.testing.assert_allclose(K.eval(outputs), (X * mask[..., None]).cumsum(1))

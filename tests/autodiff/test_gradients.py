import numpy as np
import pytest

import convflow as tf
from convflow.autodiff.registry import NoGradient, NotDifferentiable


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


def test_a_small_network_against_finite_differences(run):
    rng = np.random.RandomState(0)
    x = tf.constant(rng.randn(5, 3))
    values = [rng.randn(3, 4), rng.randn(4), rng.randn(4, 2)]
    w, b, v = (tf.placeholder(tf.float64, value.shape) for value in values)
    loss = tf.reduce_mean(tf.square(tf.matmul(tf.nn.sigmoid(tf.matmul(x, w) + b), v)))
    feed = dict(zip((w, b, v), values, strict=True))
    for place, grad in zip((w, b, v), run(tf.gradients(loss, [w, b, v]), feed), strict=True):
        for index in np.ndindex(grad.shape):
            steps = []
            for step in (1e-5, -1e-5):
                moved = feed[place].copy()
                moved[index] += step
                steps.append(run(loss, {**feed, place: moved}))
            np.testing.assert_allclose(grad[index], (steps[0] - steps[1]) / 2e-5, rtol=1e-6, atol=1e-9)


def test_third_derivative(run):
    x = tf.constant(2.0)
    y = x * x * x * x
    for expected in (32.0, 48.0, 48.0, 24.0, 0.0):
        y = tf.gradients(y, x)[0]
        if y is None:
            assert expected == 0.0
        else:
            np.testing.assert_allclose(run(y), expected)


def test_no_gradient_names_the_node_and_its_line(run):
    x = tf.constant([1.0, 2.0])
    with tf.get_default_graph().gradient_override_map({"Relu": "Unregistered"}):
        y = tf.nn.relu(x, name="rectified")
    with pytest.raises(LookupError, match=r"(?s)'Unregistered', which node rectified \(Relu\).*test_gradients.py:\d+"):
        tf.gradients(y, x)


def test_what_has_no_gradient(run):
    x = tf.constant([1.0, 2.0])
    with pytest.raises(TypeError, match=r"Tensor text:0 with type string must be numeric to have a gradient"):
        tf.gradients(tf.constant("a", name="text"), x)
    with pytest.raises(TypeError, match=r"complex tensors must set grad_ys.*grad_ys=\[tf.ones_like\(y\)\]"):
        tf.gradients(tf.cast(x, tf.complex64), x)
    assert tf.gradients(tf.cast(x, tf.int32), x) == [None]


def test_given_starts_must_fit(run):
    x = tf.constant([1.0, 2.0])
    with pytest.raises(ValueError, match="Passed 2 grad_ys for 1 ys"):
        tf.gradients(x, x, grad_ys=[1.0, 2.0])
    with pytest.raises(ValueError, match=r"grad_ys\[0\] has the shape \(3,\), its y mul:0 has \(2,\)"):
        tf.gradients(tf.multiply(x, 2.0, name="mul"), x, grad_ys=[[1.0, 2.0, 3.0]])
    with pytest.raises(TypeError, match=r"grad_ys\[0\] has the type int32, its y .* has float32. Cast it"):
        tf.gradients(x * 2.0, x, grad_ys=[tf.constant([1, 2])])


def test_a_gradient_function_gives_as_many_gradients_as_inputs(run):
    @tf.RegisterGradient("GradientsTestTwo")
    def _two(op, grad):
        return grad, grad

    x = tf.constant([1.0, 2.0])
    with tf.get_default_graph().gradient_override_map({"Square": "GradientsTestTwo"}):
        y = tf.square(x)
    with pytest.raises(ValueError, match=r"(?s)gradient of node Square \(Square\).*gave 2 gradients for 1 inputs"):
        tf.gradients(y, x)


def test_a_gradient_of_another_shape(run):
    @tf.RegisterGradient("GradientsTestShape")
    def _wrong(op, grad):
        return tf.zeros([3])

    x = tf.constant([1.0, 2.0])
    with tf.get_default_graph().gradient_override_map({"Square": "GradientsTestShape"}):
        y = tf.square(x)
    with pytest.raises(
        ValueError, match=r"(?s)Incompatible shapes between op input.*has shape \(2,\), its gradient \(3,\)"
    ):
        tf.gradients(y, x)


def test_one_gradient_a_name():
    with pytest.raises(KeyError, match=r"Registering two gradient with name 'Relu'! .*Graph.gradient_override_map"):
        tf.RegisterGradient("Relu")(lambda op, grad: grad)
    with pytest.raises(KeyError, match="Registering two gradient"):
        NotDifferentiable("Relu")
    with pytest.raises(TypeError, match="op_type must be a string, got 3"):
        tf.RegisterGradient(3)
    assert NoGradient is NotDifferentiable


def test_a_thousand_nodes_deep(run):
    x = tf.constant(1.0)
    y = x
    for _ in range(1000):
        y = y + x
    assert run(tf.gradients(y, x)[0]) == 1001.0

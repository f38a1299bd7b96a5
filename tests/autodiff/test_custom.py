"""Functions with gradients of their own, overrides, aggregation, what is unconnected."""

import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


def test_a_stable_gradient(run):
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)
        return tf.log(1.0 + e), lambda dy: dy * (1.0 - 1.0 / (1.0 + e))

    x = tf.constant([0.0, 100.0])
    assert run(tf.gradients(log1pexp(x), x)[0]).tolist() == [0.5, 1.0]


def test_structures_go_through(run):
    @tf.custom_gradient
    def f(x, y):
        return {"sum": x + y, "both": (x, y)}, lambda ds, dx, dy: (10.0 * ds, dx + dy)

    x, y = tf.constant(1.0), tf.constant(2.0)
    result = f(x, y)
    assert run(result) == {"sum": 3.0, "both": (1.0, 2.0)}
    assert run(tf.gradients([result["sum"], result["both"][0]], [x, y])) == [10.0, 1.0]


def test_variables_have_their_share(run):
    weight = tf.Variable(2.0, name="weight", use_resource=True)

    @tf.custom_gradient
    def f(x):
        def grad(dy, variables=None):
            assert variables == [weight]
            return 3.0 * dy, [7.0 * dy]

        return x * weight, grad

    x = tf.constant(5.0)
    slopes = tf.gradients(f(x), [x, weight])
    run(weight.initializer)
    assert run(slopes) == [3.0, 7.0]


def test_refusals():
    with tf.Graph().as_default():
        x, weight = tf.constant(1.0), tf.Variable(1.0, use_resource=True)
        with pytest.raises(TypeError, match=r"must accept keyword argument 'variables'.*\(dy, variables=None\)"):
            tf.custom_gradient(lambda a: (a * weight, lambda dy: dy))(x)
        with pytest.raises(ValueError, match=r"takes no keyword arguments while a graph is built, got \['k'\]"):
            tf.custom_gradient(lambda a, k: (a, lambda dy: dy))(x, k=1)
        with pytest.raises(TypeError, match=r"must be resource variables, w is not|must be resource variables, w:0"):
            tf.custom_gradient(lambda a: (a * tf.get_variable("w", []), lambda dy: dy))(x)
        y = tf.custom_gradient(lambda a: (a * weight, lambda dy, variables: (dy, [])))(x)
        with pytest.raises(ValueError, match=r"Must return gradient for each variable.*got 0 for \['Variable:0'\]"):
            tf.gradients(y, x)
        y = tf.custom_gradient(lambda a, b: (a, lambda dy: dy))(x, x)
        with pytest.raises(ValueError, match="gave 2 gradients for 3 inputs"):
            tf.gradients(y, x)


def test_gradients_pass_through(run):
    x = tf.constant([-2.0, 0.5])
    assert run(tf.gradients(tf.grad_pass_through(tf.round)(x), x)[0]).tolist() == [1, 1]


def test_gradients_are_recomputed(run):
    x = tf.constant([0.3, 2.0])
    y = tf.recompute_grad(lambda a: tf.sin(a) * a)(x)
    found, plain = tf.gradients(y, x)[0], tf.gradients(tf.sin(x) * x, x)[0]
    np.testing.assert_allclose(*run([found, plain]), rtol=1e-6)


def test_overrides_name_types_and_registered_names(run):
    @tf.RegisterGradient("TimesSeven")
    def times_seven(op, grad):
        return 7.0 * grad

    x = tf.constant([-1.0, 1.0])
    with tf.get_default_graph().gradient_override_map({"Relu": "TimesSeven", "Tanh": "Identity"}):
        y, z = tf.nn.relu(x), tf.tanh(x)
    assert run(tf.gradients(y, x)[0]).tolist() == [7, 7]
    assert run(tf.gradients(z, x)[0]).tolist() == [1, 1]


METHODS = ("ADD_N", "DEFAULT", "EXPERIMENTAL_TREE", "EXPERIMENTAL_ACCUMULATE_N")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_of_aggregation_sums(run, method):
    x = tf.constant([1.0, 2.0])
    y = x * x + tf.exp(x) + 3.0 * x
    slope = tf.gradients(y, x, aggregation_method=getattr(tf.AggregationMethod, method))[0]
    np.testing.assert_allclose(run(slope), 2 * np.array([1, 2]) + np.exp([1, 2]) + 3, rtol=1e-6)


def test_arguments_of_gradients(run):
    x = tf.constant([1.0, 2.0])
    with pytest.raises(ValueError, match=r"Invalid `aggregation_method` specified 7"):
        tf.gradients(x * x, x, aggregation_method=7)
    with pytest.raises(ValueError, match=r"Unknown value for unconnected_gradients: 'some'"):
        tf.gradients(x * x, x, unconnected_gradients="some")
    variable = tf.Variable([1.0, 2.0], use_resource=True)
    for way in ("zero", tf.UnconnectedGradients.ZERO):
        found = tf.gradients(x * x, [tf.constant(3.0), variable], unconnected_gradients=way)
        assert [value.tolist() for value in run(found)] == [0, [0, 0]]
    assert tf.gradients(x * x, [variable], unconnected_gradients=tf.UnconnectedGradients.NONE) == [None]


def test_hessians_of_several(run):
    x, y = tf.constant([1.0, 2.0]), tf.constant([[3.0]])
    found = tf.hessians(tf.reduce_sum(x * x * x) + tf.reduce_sum(y * y * y) * x[0], [x, y])
    first, second = run(found)
    np.testing.assert_allclose(first, [[6, 0], [0, 12]])
    assert second.shape == (1, 1, 1, 1) and second.item() == 18.0

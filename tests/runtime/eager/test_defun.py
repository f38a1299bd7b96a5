"""Functions that eager programs have compiled."""

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.eager import context

tfe = tf.contrib.eager


@pytest.fixture(autouse=True)
def eager():
    with context.eager_mode():
        yield


def test_a_graph_for_each_kind_of_arguments():
    traced = []

    @tfe.defun
    def double(x, times=1):
        traced.append(x)
        return {"value": x * 2 * times, "none": None}

    assert double(tf.constant(2.0))["value"].numpy() == 4.0
    assert double(tf.constant(3.0))["value"].numpy() == 6.0
    assert len(traced) == 1 and not hasattr(traced[0], "numpy")
    assert double(tf.constant([1.0, 2.0]), times=2)["value"].numpy().tolist() == [4.0, 8.0]
    assert double(tf.constant([1.0, 2.0]), 2)["none"] is None
    assert len(traced) == 2


def test_variables_are_read_and_written_in_order():
    v = tfe.Variable(1.0)

    @tfe.defun
    def step(x):
        v.assign_add(x)
        first = v.read_value()
        v.assign(v * 2)
        return first, v.read_value()

    assert [value.numpy() for value in step(tf.constant(2.0))] == [3.0, 6.0]
    assert v.numpy() == 6.0


def test_gradients_flow_through():
    v = tfe.Variable([1.0, 2.0])

    @tfe.defun
    def loss(x):
        return tf.reduce_sum(tf.exp(v) * x)

    x = tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = loss(x) * 2
    by_variable, by_x = tape.gradient(y, [v, x])
    np.testing.assert_allclose(by_variable.numpy(), 2 * np.exp([1, 2]) * [3, 4], rtol=1e-6)
    np.testing.assert_allclose(by_x.numpy(), 2 * np.exp([1, 2]), rtol=1e-6)


def derivatives(function, x, v):
    """The first, the second and the third, each summed up."""
    with tf.GradientTape() as third:
        third.watch(x)
        with tf.GradientTape(persistent=True) as second:
            second.watch(x)
            with tf.GradientTape() as first:
                first.watch(x)
                y = function(x)
            slope = first.gradient(y, x)
        curve = second.gradient(slope, x)
        by_variable = second.gradient(slope, v)
    return [slope, curve, by_variable, third.gradient(curve, x)]


def test_second_and_third_derivatives():
    v = tfe.Variable([2.0, 3.0])

    def plain(x):
        return tf.reduce_sum(tf.sin(x * v) * x**3)

    x = tf.constant([0.7, -1.2])
    for found, wanted in zip(derivatives(tfe.defun(plain), x, v), derivatives(plain, x, v), strict=True):
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-4)


def test_second_derivatives_of_what_is_drawn_are_refused():
    drawing = tfe.defun(lambda x: tf.reduce_sum(tf.nn.dropout(x, 0.5) ** 2))
    x = tf.constant([3.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = drawing(x)
        slope = inner.gradient(y, x)
    with pytest.raises(
        NotImplementedError, match=r"Second derivatives through the compiled function __inference_lambda.*RandomUniform"
    ):
        outer.gradient(slope, x)


def test_methods_layers_and_optimizers():
    class Model:
        def __init__(self):
            self.dense = tf.layers.Dense(1, use_bias=False, kernel_initializer=tf.zeros_initializer())

        @tfe.defun
        def loss(self, x):
            return tf.reduce_mean((self.dense(x) - 1.0) ** 2)

    model = Model()
    optimizer = tf.train.GradientDescentOptimizer(0.5)
    for _ in range(3):
        with tf.GradientTape() as tape:
            value = model.loss(tf.ones([2, 1]))
        grads = tape.gradient(value, model.dense.variables)
        optimizer.apply_gradients(zip(grads, model.dense.variables, strict=True))
    np.testing.assert_allclose(model.dense.variables[0].numpy(), [[1.0]])


def test_a_whole_training_step_is_compiled():
    v = tfe.Variable(2.0)
    optimizer = tf.train.AdamOptimizer(0.1)

    @tfe.defun
    def step():
        return optimizer.minimize(lambda: v * v)

    step()
    step()
    # As Adam in eager mode itself.
    w = tfe.Variable(2.0)
    other = tf.train.AdamOptimizer(0.1)
    for _ in range(2):
        other.minimize(lambda: w * w)
    np.testing.assert_allclose(v.numpy(), w.numpy(), rtol=1e-6)


def test_a_signature_is_one_graph_for_all_shapes():
    traced = []

    @tfe.defun(input_signature=[tf.TensorSpec([None], tf.float32)])
    def total(x):
        traced.append(x.shape.as_list())
        return tf.reduce_sum(x)

    assert total([1.0, 2.0]).numpy() == 3.0 and total(np.ones(5, np.float32)).numpy() == 5.0
    assert traced == [[None]]
    with pytest.raises(ValueError, match="Python inputs incompatible with input_signature"):
        total(tf.constant([[1.0]]))


def test_in_a_graph_it_is_the_function_itself():
    square = tf.function(lambda x: x * x)
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32)
        assert sess.run(tf.gradients(square(x), x), {x: 3.0}) == [6.0]

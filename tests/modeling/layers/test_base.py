"""tf.layers.Layer: names, sharing, weights, losses, updates, layers of users."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf


def names(variables):
    return [variable.op.name for variable in variables]


class Scale(tf.layers.Layer):
    """A user's layer."""

    def build(self, input_shape):
        self.factor = self.add_variable("factor", [input_shape[-1].value], initializer=tf.ones_initializer())
        self.count = self.add_weight("count", initializer=tf.zeros_initializer(), trainable=False)
        self.built = True

    def call(self, inputs):
        self.add_update(tf.assign_add(self.count, 1.0), inputs)
        return inputs * self.factor


def test_names_are_numbered_by_class_and_graph():
    x = tf.ones([2, 3])
    assert [tf.layers.Dense(3).name for _ in range(2)] == ["dense_1", "dense_2"]
    first, second = tf.layers.dense(x, 2), tf.layers.dense(x, 2)
    assert (first.op.name, second.op.name) == ("dense/BiasAdd", "dense_1/BiasAdd")
    assert names(tf.global_variables()) == ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]
    assert [tf.layers.MaxPooling2D(2, 2).name, tf.layers.Dense(1, name="mine").name] == ["max_pooling2d_1", "mine"]


def test_scope_name_is_known_from_the_first_call():
    layer = tf.layers.Dense(2)
    with pytest.raises(ValueError, match='"dense_1" has not been used yet'):
        layer.scope_name  # noqa: B018
    with tf.variable_scope("outer"):
        layer(tf.ones([1, 2]))
    assert layer.scope_name == "outer/dense"
    assert tf.layers.Dense(2, _scope="other").scope_name == "other"


def test_a_layer_shares_its_variables_between_calls(session):
    layer = tf.layers.Dense(2)
    one, other = layer(tf.ones([1, 3])), layer(tf.ones([1, 3]))
    session.run(tf.global_variables_initializer())
    np.testing.assert_array_equal(*session.run([one, other]))
    assert len(tf.global_variables()) == 2


def test_reuse_by_name():
    x = tf.ones([1, 3])
    tf.layers.dense(x, 2, name="a")
    with pytest.raises(ValueError, match=r"Variable a/kernel already exists, disallowed.*Originally defined at"):
        tf.layers.dense(x, 2, name="a")
    tf.layers.dense(x, 2, name="a", reuse=True)
    tf.layers.dense(x, 2, name="a", reuse=tf.AUTO_REUSE)
    assert names(tf.global_variables()) == ["a/kernel", "a/bias"]
    with pytest.raises(ValueError, match="Variable b/kernel does not exist"):
        tf.layers.dense(x, 2, name="b", reuse=True)
    with pytest.raises(ValueError, match=r"Trying to share variable a/kernel, but specified shape \(3, 4\)"):
        tf.layers.dense(x, 4, name="a", reuse=True)


def test_another_input_size_is_refused():
    layer = tf.layers.Dense(2)
    layer(tf.ones([1, 3]))
    with pytest.raises(ValueError, match=r"axis -1 of the input to have size 3, found 4.*another layer"):
        layer(tf.ones([1, 4]))


def test_unknown_argument():
    with pytest.raises(TypeError, match="Keyword argument not understood: 'foo'"):
        tf.layers.Dense(2, foo=1)


def test_trainable():
    x = tf.ones([1, 3])
    layer = tf.layers.Dense(2, trainable=False)
    layer(x)
    assert tf.trainable_variables() == []
    assert layer.trainable_weights == []
    assert names(layer.non_trainable_weights) == ["dense/kernel", "dense/bias"]
    layer.trainable = True
    assert names(layer.weights) == ["dense/kernel", "dense/bias"]


def test_a_users_layer(session):
    layer = Scale()
    x = tf.placeholder(tf.float32, [None, 3])
    y = layer(x)
    assert names(layer.variables) == ["scale/factor", "scale/count"]
    assert names(tf.trainable_variables()) == ["scale/factor"]
    assert tf.get_collection(tf.GraphKeys.UPDATE_OPS) == layer.updates
    assert layer.get_updates_for(None) == []
    session.run(tf.global_variables_initializer())
    session.run([y, layer.updates], {x: np.ones([1, 3])})
    assert session.run(layer.count) == 1.0


def test_nested_layers_are_found():
    class Block(tf.layers.Layer):
        def __init__(self):
            super().__init__(name="block")
            self.first = tf.layers.Dense(2, kernel_regularizer=tf.reduce_sum)
            self.others = [tf.layers.Dense(2), Scale()]

        def call(self, inputs):
            outputs = self.first(inputs)
            for layer in self.others:
                outputs = layer(outputs)
            return outputs

    block = Block()
    block(tf.ones([1, 2]))
    assert names(block.trainable_weights) == [
        "block/dense/kernel", "block/dense/bias", "block/dense_1/kernel", "block/dense_1/bias", "block/scale/factor",
    ]  # fmt: skip
    assert names(block.non_trainable_weights) == ["block/scale/count"]
    assert len(block.losses) == len(block.updates) == 1
    block.trainable = False
    assert block.trainable_weights == [] and len(block.weights) == 6


def test_inputs_and_outputs():
    layer = tf.layers.Dense(2)
    with pytest.raises(AttributeError, match="Layer dense_1 is not connected, no input to return"):
        layer.input  # noqa: B018
    x = tf.placeholder(tf.float32, [None, 3])
    y = layer(x)
    assert layer.input is x and layer.output is y
    assert layer.input_shape.as_list() == [None, 3] and layer.output_shape.as_list() == [None, 2]
    again = layer(x)
    with pytest.raises(AttributeError, match=r"called 2 times.*get_output_at"):
        layer.output  # noqa: B018
    assert layer.get_output_at(1) is again
    with pytest.raises(ValueError, match="there is no input at 2"):
        layer.get_input_at(2)


def test_weights_as_arrays(session):
    layer = tf.layers.Dense(2)
    layer(np.ones([1, 3], np.float32))
    values = [np.full([3, 2], 7.0), np.array([1.0, 2.0])]
    layer.set_weights(values)
    for got, want in zip(layer.get_weights(), values, strict=True):
        np.testing.assert_array_equal(got, want)
    with pytest.raises(ValueError, match="has 2 weights, got 1 values"):
        layer.set_weights(values[:1])
    with pytest.raises(ValueError, match=r"dense/kernel:0 has shape \(3, 2\), its value \(2, 2\)"):
        layer.set_weights([np.ones([2, 2]), values[1]])


def test_count_params_before_the_first_call():
    with pytest.raises(ValueError, match="count_params of dense_1 is not known before it is built"):
        tf.layers.Dense(2).count_params()


def test_config_makes_an_equal_layer():
    layer = tf.layers.Conv2D(2, 3, strides=2, activation=tf.nn.relu, name="conv")
    twin = tf.layers.Conv2D.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()


def test_scope_settings_reach_the_variables(session):
    with tf.variable_scope("s", initializer=tf.constant_initializer(2.0), regularizer=tf.reduce_sum):
        layer = tf.layers.Dense(1)
        y = layer(tf.ones([1, 3]))
    session.run(tf.global_variables_initializer())
    assert session.run(y) == 6.0
    assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 2


def test_a_failing_build_leaves_the_layer_unbuilt():
    layer = tf.layers.Dense(2)
    with pytest.raises(ValueError, match="last dimension"):
        layer(tf.placeholder(tf.float32, [None, None]))
    assert not layer.built
    layer(tf.ones([1, 2]))
    assert layer.built

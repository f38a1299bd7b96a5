"""Reversible blocks and recomputed functions: the values and gradients of plain ones."""

import numpy as np
import pytest

import convflow as tf
from convflow.api.contrib.slim.layers import rev_block_lib


def dense(x, side=None):
    y = tf.layers.dense(x, 3, activation=tf.nn.tanh)
    return y if side is None else y + tf.reduce_sum(side[0])


def evaluate(tensors):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(tensors)


@pytest.mark.parametrize("sides", [0, 1])
def test_gradients_are_those_of_kept_activations(sides):
    x = tf.constant(np.random.RandomState(0).randn(4, 6).astype(np.float32))
    side = [tf.constant([0.5, 1.5])] * sides
    x1, x2 = tf.split(x, 2, 1)

    def slopes(is_training):
        outputs = rev_block_lib.rev_block(x1, x2, dense, dense, 3, side, side, is_training)
        wanted = [x, *side[:1], *tf.trainable_variables()]
        return tf.gradients(tf.reduce_sum(tf.square(tf.concat(outputs, 1))), wanted)

    with tf.variable_scope("net"):
        without_kept = slopes(True)
    with tf.variable_scope("net", reuse=True):
        kept = slopes(False)
    for a, b in zip(*evaluate([without_kept, kept]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_backward_gives_the_inputs_back():
    x1, x2 = tf.ones([2, 3]), 2.0 * tf.ones([2, 3])
    block = rev_block_lib.RevBlock(dense, [dense, dense], num_layers=2)
    again = block.backward(*block.forward(x1, x2))
    for before, after in zip(*evaluate([(x1, x2), again]), strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-5)
    assert [v.name for v in block.trainable_weights][:2] == [
        "revblock/revlayer_0/f/dense/kernel:0",
        "revblock/revlayer_0/f/dense/bias:0",
    ]
    assert len(block.trainable_weights) == 8


def test_functions_for_each_layer():
    with pytest.raises(ValueError, match="f lists 1 functions for 2 layers; give one for each"):
        rev_block_lib.RevBlock([dense], dense, num_layers=2)


@pytest.mark.parametrize("options", [{}, {"use_data_dep": True}, {"tupleize_grads": True}])
def test_recomputed_gradients(options):
    calls = []

    @rev_block_lib.recompute_grad(**options)
    def layer(x, is_recomputing=False):
        calls.append(is_recomputing)
        return tf.layers.dense(x, 3, activation=tf.nn.relu, name="fc")

    x = tf.constant(np.random.RandomState(0).randn(4, 3).astype(np.float32))
    with tf.variable_scope("net", use_resource=True):
        again = tf.reduce_sum(tf.square(layer(x)))
    with tf.variable_scope("net", reuse=True, use_resource=True):
        plain = tf.reduce_sum(tf.square(tf.layers.dense(x, 3, activation=tf.nn.relu, name="fc")))
    wanted = [x, *tf.trainable_variables()]
    found = evaluate([tf.gradients(again, wanted), tf.gradients(plain, wanted)])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    assert calls == [False, True]


def test_recomputed_functions_close_over_no_tensors():
    outside = tf.constant(1.0)
    with pytest.raises(ValueError, match=r"closes over Tensor .* make the Tensor an input to fn"):
        rev_block_lib.recompute_grad(lambda x: x * outside)


def test_recomputed_functions_take_tensors():
    with pytest.raises(ValueError, match="All inputs to function must be Tensors"):
        rev_block_lib.recompute_grad(lambda x: x)(1.0)

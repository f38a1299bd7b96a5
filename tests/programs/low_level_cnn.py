"""The low-level MNIST network of seed 002: its layers, names and sizes, written anew."""

from __future__ import annotations

from typing import Any

FETCHES = ["cross_entropy_loss:0", "train_op"]


def feeds(images: Any, labels: Any) -> dict[str, Any]:
    return {"tf_x:0": images, "tf_y:0": labels, "fc_keep_prob:0": 0.5}


def scoped_variables(tf: Any, weights_shape: list[int]) -> tuple[Any, Any]:
    weights = tf.get_variable(name="_weights", shape=weights_shape)
    biases = tf.get_variable(name="_biases", initializer=tf.zeros(shape=[weights_shape[-1]]))
    return weights, biases


def convolution(tf: Any, inputs: Any, name: str, filters: int) -> Any:
    with tf.variable_scope(name):
        channels = inputs.get_shape().as_list()[-1]
        weights, biases = scoped_variables(tf, [5, 5, channels, filters])
        net = tf.nn.conv2d(input=inputs, filter=weights, strides=(1, 1, 1, 1), padding="VALID")
        net = tf.nn.bias_add(net, biases, name="net_pre-activation")
        return tf.nn.relu(net, name="activation")


def dense(tf: Any, inputs: Any, name: str, units: int, activation: Any = None) -> Any:
    with tf.variable_scope(name):
        shape = inputs.get_shape().as_list()[1:]
        width = shape[0]
        if len(shape) > 1:
            width = shape[0] * shape[1] * shape[2]
            inputs = tf.reshape(inputs, shape=(-1, width))
        weights, biases = scoped_variables(tf, [width, units])
        net = tf.nn.bias_add(tf.matmul(inputs, weights), biases, name="net_pre-activation")
        return net if activation is None else activation(net, name="activation")


def pool(tf: Any, inputs: Any) -> Any:
    return tf.nn.max_pool(inputs, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


def build(tf: Any) -> None:
    tf.set_random_seed(123)
    images = tf.placeholder(tf.float32, shape=[None, 784], name="tf_x")
    labels = tf.placeholder(tf.int32, shape=[None], name="tf_y")
    pictures = tf.reshape(images, shape=[-1, 28, 28, 1], name="tf_x_reshaped")
    onehot = tf.one_hot(indices=labels, depth=10, dtype=tf.float32, name="tf_y_onehot")

    net = pool(tf, convolution(tf, pictures, "conv_1", 32))
    net = pool(tf, convolution(tf, net, "conv_2", 64))
    net = dense(tf, net, "fc_3", 1024, tf.nn.relu)
    keep_prob = tf.placeholder(tf.float32, name="fc_keep_prob")
    net = tf.nn.dropout(net, keep_prob=keep_prob, name="dropout_layer")
    logits = dense(tf, net, "fc_4", 10)

    tf.nn.softmax(logits, name="probabilities")
    predicted = tf.cast(tf.argmax(logits, axis=1), tf.int32, name="labels")
    entropy = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=onehot)
    loss = tf.reduce_mean(entropy, name="cross_entropy_loss")
    tf.train.AdamOptimizer(1e-4).minimize(loss, name="train_op")
    right = tf.equal(predicted, labels, name="correct_preds")
    tf.reduce_mean(tf.cast(right, tf.float32), name="accuracy")
    tf.global_variables_initializer()
    tf.train.Saver()

"""The convnet of seed 001 on placeholders: convolution + ReLU and pooling in reusable scopes, Adam, summaries."""

from __future__ import annotations

from typing import Any

FETCHES = ["loss/loss:0", "Adam"]


def feeds(images: Any, labels: Any) -> dict[str, Any]:
    return {"image:0": images, "label:0": labels}


def conv_relu(tf: Any, inputs: Any, filters: int, name: str) -> Any:
    with tf.variable_scope(name, reuse=tf.AUTO_REUSE) as scope:
        kernel = tf.get_variable(
            "kernel", [5, 5, inputs.shape[-1], filters], initializer=tf.truncated_normal_initializer()
        )
        biases = tf.get_variable("biases", [filters], initializer=tf.random_normal_initializer())
        net = tf.nn.conv2d(inputs, kernel, strides=[1, 1, 1, 1], padding="SAME")
    return tf.nn.relu(net + biases, name=scope.name)


def maxpool(tf: Any, inputs: Any, name: str) -> Any:
    with tf.variable_scope(name, reuse=tf.AUTO_REUSE):
        return tf.nn.max_pool(inputs, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")


def fully_connected(tf: Any, inputs: Any, units: int, name: str) -> Any:
    with tf.variable_scope(name, reuse=tf.AUTO_REUSE):
        weights = tf.get_variable("weights", [inputs.shape[-1], units], initializer=tf.truncated_normal_initializer())
        biases = tf.get_variable("biases", [units], initializer=tf.constant_initializer(0.0))
        return tf.matmul(inputs, weights) + biases


def build(tf: Any) -> None:
    tf.set_random_seed(123)
    keep_prob = tf.constant(0.75)
    step = tf.Variable(0, dtype=tf.int32, trainable=False, name="global_step")
    image = tf.placeholder(tf.float32, [None, 784], name="image")
    label = tf.placeholder(tf.int32, [None], name="label")
    onehot = tf.one_hot(label, 10)

    net = maxpool(tf, conv_relu(tf, tf.reshape(image, [-1, 28, 28, 1]), 32, "conv1"), "pool1")
    net = maxpool(tf, conv_relu(tf, net, 64, "conv2"), "pool2")
    net = tf.reshape(net, [-1, net.shape[1] * net.shape[2] * net.shape[3]])
    net = tf.nn.relu(fully_connected(tf, net, 1024, "fc"))
    net = tf.layers.dropout(net, keep_prob, training=True, name="dropout")
    logits = fully_connected(tf, net, 10, "logits")

    with tf.name_scope("loss"):
        entropy = tf.nn.softmax_cross_entropy_with_logits(labels=onehot, logits=logits)
        loss = tf.reduce_mean(entropy, name="loss")
    tf.train.AdamOptimizer(0.001).minimize(loss, global_step=step)
    with tf.name_scope("predict"):
        right = tf.equal(tf.argmax(tf.nn.softmax(logits), 1), tf.argmax(onehot, 1))
        accuracy = tf.reduce_sum(tf.cast(right, tf.float32))
    with tf.name_scope("summaries"):
        tf.summary.scalar("loss", loss)
        tf.summary.scalar("accuracy", accuracy)
        tf.summary.histogram("histogram loss", loss)
        tf.summary.merge_all()
    tf.global_variables_initializer()
    tf.train.Saver()

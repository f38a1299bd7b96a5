"""The `tf.layers` convnet of seed 001 on placeholders, named layers, gradient descent."""

from __future__ import annotations

from typing import Any

FETCHES = ["loss/loss:0", "GradientDescent"]


def feeds(images: Any, labels: Any) -> dict[str, Any]:
    return {"image:0": images, "label:0": labels}


def stage(tf: Any, net: Any, filters: int, number: int) -> Any:
    net = tf.layers.conv2d(
        inputs=net,
        filters=filters,
        kernel_size=[5, 5],
        padding="SAME",
        activation=tf.nn.relu,
        name=f"conv{number}",
    )
    return tf.layers.max_pooling2d(inputs=net, pool_size=[2, 2], strides=2, name=f"pool{number}")


def build(tf: Any) -> None:
    tf.set_random_seed(7)
    step = tf.train.get_or_create_global_step()
    image = tf.placeholder(tf.float32, [None, 784], name="image")
    label = tf.placeholder(tf.int32, [None], name="label")
    onehot = tf.one_hot(label, 10)

    net = stage(tf, tf.reshape(image, [-1, 28, 28, 1]), 32, 1)
    net = tf.layers.flatten(stage(tf, net, 64, 2))
    net = tf.layers.dense(net, 1024, activation=tf.nn.relu, name="fc")
    net = tf.layers.dropout(net, 0.25, training=True, name="dropout")
    logits = tf.layers.dense(net, 10, name="logits")

    with tf.name_scope("loss"):
        entropy = tf.nn.softmax_cross_entropy_with_logits(labels=onehot, logits=logits)
        loss = tf.reduce_mean(entropy, name="loss")
    tf.train.GradientDescentOptimizer(0.01).minimize(loss, global_step=step)
    with tf.name_scope("predict"):
        right = tf.equal(tf.argmax(tf.nn.softmax(logits), 1), tf.argmax(onehot, 1))
        tf.reduce_sum(tf.cast(right, tf.float32))
    tf.global_variables_initializer()
    tf.train.Saver(max_to_keep=3)

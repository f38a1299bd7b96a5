"""The `tf.layers` MNIST network of seed 002: its layers, names and sizes, written anew."""

from __future__ import annotations

from typing import Any

FETCHES = ["cross_entropy_loss:0", "train_op"]


def feeds(images: Any, labels: Any) -> dict[str, Any]:
    return {"tf_x:0": images, "tf_y:0": labels, "is_train:0": True}


def stage(tf: Any, net: Any, filters: int) -> Any:
    net = tf.layers.conv2d(net, kernel_size=(5, 5), filters=filters, activation=tf.nn.relu)
    return tf.layers.max_pooling2d(net, pool_size=(2, 2), strides=(2, 2))


def build(tf: Any) -> None:
    tf.set_random_seed(123)
    images = tf.placeholder(tf.float32, shape=[None, 784], name="tf_x")
    labels = tf.placeholder(tf.int32, shape=[None], name="tf_y")
    is_train = tf.placeholder(tf.bool, shape=(), name="is_train")
    net = tf.reshape(images, shape=[-1, 28, 28, 1], name="input_x_2dimages")
    onehot = tf.one_hot(indices=labels, depth=10, dtype=tf.float32, name="input_y_onehot")

    net = stage(tf, net, 32)
    net = stage(tf, net, 64)
    net = tf.reshape(net, shape=[-1, 4 * 4 * 64])
    net = tf.layers.dense(net, 1024, activation=tf.nn.relu)
    net = tf.layers.dropout(net, rate=0.5, training=is_train)
    logits = tf.layers.dense(net, 10, activation=None)

    tf.nn.softmax(logits, name="probabilities")
    predicted = tf.cast(tf.argmax(logits, axis=1), tf.int32, name="labels")
    entropy = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=onehot)
    loss = tf.reduce_mean(entropy, name="cross_entropy_loss")
    tf.train.AdamOptimizer(1e-4).minimize(loss, name="train_op")
    right = tf.equal(predicted, labels, name="correct_preds")
    tf.reduce_mean(tf.cast(right, tf.float32), name="accuracy")
    tf.global_variables_initializer()
    tf.train.Saver()

"""Activations, softmax, biases and dropout in their variants."""

import numpy as np


def build(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    cube = tf.placeholder(tf.float32, [None, None, 2])
    unknown = tf.placeholder(tf.float32)
    whole = tf.placeholder(tf.int32, [3])
    for name in (
        "relu", "relu6", "leaky_relu", "elu", "selu", "crelu", "softplus", "softsign", "sigmoid", "tanh",
        "log_softmax", "softmax",
    ):  # fmt: skip
        function = getattr(tf.nn, name)
        function(x)
        function(unknown, name="named_" + name)
        function([[1.0, -2.0]])
    tf.log_sigmoid(x)
    tf.log_sigmoid(x, name="log")
    tf.nn.leaky_relu(whole)
    tf.nn.leaky_relu(x, 0.5)
    tf.nn.leaky_relu(x, alpha=np.float32(0.3))
    tf.nn.crelu(cube, axis=1)
    for axis in (0, 1, 2, -2, -3):
        tf.nn.softmax(cube, axis=axis)
    tf.nn.log_softmax(cube, dim=1, name="middle")
    with tf.name_scope("outer"):
        tf.nn.relu(x)
        tf.nn.softmax(x)

    w, b = tf.placeholder(tf.float32, [3, 4]), tf.placeholder(tf.float32, [4])
    tf.nn.xw_plus_b(x, w, b)
    tf.nn.xw_plus_b([[1.0, 2.0, 3.0]], w, [1.0, 2.0, 3.0, 4.0], name="affine")
    tf.nn.relu_layer(x, w, b)
    tf.nn.relu_layer([[1.0, 2.0, 3.0]], w, [1.0, 2.0, 3.0, 4.0], name="layer")
    tf.nn.bias_add(x, [1.0, 2.0, 3.0])
    tf.nn.bias_add(tf.placeholder(tf.float32, [2, 3, None]), [1.0, 2.0, 3.0], data_format="NCW", name="first")
    tf.nn.bias_add(tf.placeholder(tf.float32, [2, 3, 1, 1, 1]), [1.0, 2.0, 3.0], data_format="NCDHW")
    tf.nn.bias_add(tf.placeholder(tf.float32, [2, None, 3]), [1.0, 2.0, 3.0], data_format="NWC")

    tf.nn.dropout(x, 0.5)
    tf.nn.dropout(x, rate=0.5, seed=3, name="dropped")
    tf.nn.dropout(x, keep_prob=unknown)
    tf.nn.dropout(x, rate=tf.placeholder(tf.float32, []))
    tf.nn.dropout(tf.placeholder(tf.float32, [4, 3]), rate=0.5, noise_shape=[None, 1])
    tf.nn.dropout(tf.placeholder(tf.float32, [4, 3]), rate=0.5)
    tf.nn.dropout(unknown, rate=0.5, noise_shape=[2, 1])
    tf.nn.dropout(tf.placeholder(tf.float16, [4, 3]), rate=0.25, noise_shape=tf.placeholder(tf.int32, [2]))
    tf.nn.dropout(x, rate=0.0)
    tf.nn.dropout([[1.0, 2.0]], 1.0, name="kept")

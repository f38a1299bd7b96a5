"""Convolutions with spread-out filters, sizes known and unknown."""


def build(tf):
    x = tf.placeholder(tf.float32, [None, 9, 8, 3])
    tf.layers.conv2d(x, 2, 3, dilation_rate=2, padding="same", use_bias=False)
    tf.layers.conv2d(x, 2, 3, dilation_rate=(1, 3), padding="same", use_bias=False)
    tf.layers.conv2d(x, 2, (3, 1), dilation_rate=(3, 1), use_bias=False)
    u = tf.placeholder(tf.float32, [None, None, 8, 3])
    tf.layers.conv2d(u, 2, 3, dilation_rate=2, padding="same", use_bias=False, name="u")
    tf.layers.conv2d(u, 2, 3, dilation_rate=2, use_bias=False, name="v")
    n = tf.placeholder(tf.float32, [None, 3, 8, 9])
    tf.layers.conv2d(n, 2, 3, dilation_rate=(2, 3), padding="same", use_bias=False, data_format="channels_first")

"""Depthwise separable convolutions of one and two spatial axes."""


def build(tf):
    line = tf.placeholder(tf.float32, [None, 8, 3])
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])

    def l2(w):
        return tf.reduce_sum(w * w)

    tf.layers.separable_conv2d(x, 4, 3)
    tf.layers.separable_conv2d(x, 4, 3, strides=2, padding="same", activation=tf.nn.relu)
    tf.layers.separable_conv2d(x, 4, (2, 3), depth_multiplier=2, use_bias=False, name="sep")
    tf.layers.separable_conv2d(x, 4, (2, 3), depth_multiplier=2, use_bias=False, name="sep", reuse=True)
    tf.layers.separable_conv2d(x, 4, 3, dilation_rate=2)
    tf.layers.separable_conv2d(x, 4, 3, dilation_rate=(1, 2), padding="same")
    tf.layers.separable_conv2d(tf.placeholder(tf.float32, [None, None, None, 3]), 4, 3)
    tf.layers.separable_conv2d(tf.placeholder(tf.float32, [None, 3, 8, 8]), 4, 3, data_format="channels_first")
    tf.layers.separable_conv2d(
        x, 4, 3, depthwise_regularizer=l2, pointwise_regularizer=l2, bias_regularizer=l2, activity_regularizer=l2,
        depthwise_initializer=tf.random_normal_initializer(seed=1), pointwise_initializer=tf.ones_initializer(),
        bias_initializer=tf.ones_initializer(), depthwise_constraint=tf.nn.relu, pointwise_constraint=tf.nn.relu,
        bias_constraint=tf.nn.relu, trainable=False,
    )  # fmt: skip

    tf.layers.separable_conv1d(line, 4, 3)
    tf.layers.separable_conv1d(line, 4, 3, strides=2, padding="same", activation=tf.nn.relu)
    tf.layers.separable_conv1d(line, 4, 3, depth_multiplier=2, use_bias=False, name="sep1")
    tf.layers.separable_conv1d(line, 4, 3, dilation_rate=2)
    tf.layers.separable_conv1d(line, 4, 3, padding="causal")
    tf.layers.separable_conv1d(tf.placeholder(tf.float32, [None, None, 3]), 4, 3, padding="same")
    tf.layers.separable_conv1d(tf.placeholder(tf.float32, [None, 3, 8]), 4, 3, data_format="channels_first")
    tf.layers.separable_conv1d(line, 4, 3, depthwise_regularizer=l2, pointwise_regularizer=l2)

    layer = tf.layers.SeparableConv2D(2, 3, name="again")
    layer(x)
    layer(x)
    with tf.variable_scope("outer"):
        tf.layers.separable_conv2d(x, 2, 3)
        tf.layers.SeparableConv1D(2, 3)(line)
    with tf.variable_scope("outer", reuse=True):
        tf.layers.separable_conv2d(x, 2, 3, name="separable_conv2d")
        tf.layers.separable_conv1d(line, 2, 3, name="separable_conv1d")

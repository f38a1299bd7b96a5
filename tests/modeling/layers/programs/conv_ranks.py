"""Convolutions of one and three spatial axes, and what those of two may take besides."""


def build(tf):
    line = tf.placeholder(tf.float32, [None, 8, 3])
    picture = tf.placeholder(tf.float32, [None, 8, 8, 3])
    volume = tf.placeholder(tf.float32, [None, 6, 7, 8, 2])
    open_line = tf.placeholder(tf.float32, [None, None, 3])
    open_picture = tf.placeholder(tf.float32, [None, None, None, 3])

    def l2(w):
        return tf.reduce_sum(w * w)

    tf.layers.conv1d(line, 4, 3)
    tf.layers.conv1d(line, 4, [3], strides=2, padding="same", activation=tf.nn.relu)
    tf.layers.conv1d(line, 4, 3, strides=(2,), use_bias=False, name="line")
    tf.layers.conv1d(line, 4, 3, strides=(2,), use_bias=False, name="line", reuse=True)
    tf.layers.conv1d(line, 4, 3, dilation_rate=2)
    tf.layers.conv1d(line, 4, 3, padding="same", dilation_rate=(2,), activation="tanh")
    tf.layers.conv1d(line, 4, 3, padding="causal")
    tf.layers.conv1d(line, 4, 3, padding="causal", dilation_rate=2)
    tf.layers.conv1d(open_line, 4, 3, padding="same")
    tf.layers.conv1d(open_line, 4, 3, dilation_rate=2)
    tf.layers.conv1d(tf.placeholder(tf.float32, [None, 3, 8]), 4, 3, data_format="channels_first")
    tf.layers.conv1d(
        line, 4, 3, kernel_regularizer=l2, bias_regularizer=l2, activity_regularizer=l2,
        kernel_initializer=tf.random_normal_initializer(seed=1), bias_initializer=tf.ones_initializer(),
        kernel_constraint=tf.nn.relu, bias_constraint=tf.nn.relu,
    )  # fmt: skip

    tf.layers.conv2d(open_picture, 4, 3)
    tf.layers.conv2d(open_picture, 4, 3, padding="same", strides=2)
    tf.layers.conv2d(open_picture, 4, 3, dilation_rate=2, padding="same")
    tf.layers.conv2d(tf.placeholder(tf.float64, [2, 5, 5, 3]), 4, (1, 2))
    tf.layers.conv2d(tf.placeholder(tf.float16, [2, 5, 5, 3]), 4, (1, 2))
    tf.layers.conv2d(picture, 4, 3, dilation_rate=(1, 2))

    tf.layers.conv3d(volume, 4, 3)
    tf.layers.conv3d(volume, 4, (1, 2, 3), strides=(1, 2, 1), padding="same", activation=tf.nn.relu)
    tf.layers.conv3d(volume, 4, 2, use_bias=False, name="volume")
    tf.layers.conv3d(volume, 4, 2, dilation_rate=2)
    tf.layers.conv3d(volume, 4, 2, padding="same", dilation_rate=(1, 2, 1))
    tf.layers.conv3d(tf.placeholder(tf.float32, [None, None, None, None, 2]), 4, 2, strides=2)
    tf.layers.conv3d(tf.placeholder(tf.float32, [None, 2, 6, 7, 8]), 4, 2, data_format="channels_first")
    tf.layers.conv3d(volume, 4, 2, kernel_regularizer=l2, bias_regularizer=l2, trainable=False)

    layer = tf.layers.Conv1D(2, 3, name="again")
    layer(line)
    layer(line)
    with tf.variable_scope("outer"):
        tf.layers.conv1d(line, 2, 3)
        tf.layers.Conv3D(2, 3)(volume)
    with tf.variable_scope("outer", reuse=True):
        tf.layers.conv1d(line, 2, 3, name="conv1d")
        tf.layers.conv3d(volume, 2, 3, name="conv3d")

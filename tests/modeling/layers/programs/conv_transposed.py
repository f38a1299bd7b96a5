"""Transposed convolutions of two and three spatial axes."""


def build(tf):
    x = tf.placeholder(tf.float32, [None, 4, 5, 3])
    open_x = tf.placeholder(tf.float32, [None, None, None, 3])
    first = tf.placeholder(tf.float32, [None, 3, 4, 5])
    volume = tf.placeholder(tf.float32, [None, 2, 3, 4, 2])

    def l2(w):
        return tf.reduce_sum(w * w)

    tf.layers.conv2d_transpose(x, 4, 3)
    tf.layers.conv2d_transpose(x, 4, 3, strides=2, padding="same", activation=tf.nn.relu)
    tf.layers.conv2d_transpose(x, 4, (2, 3), strides=(3, 2), use_bias=False, name="deconv")
    tf.layers.conv2d_transpose(x, 4, (2, 3), strides=(3, 2), use_bias=False, name="deconv", reuse=True)
    tf.layers.conv2d_transpose(x, 4, 1, strides=2)
    tf.layers.conv2d_transpose(open_x, 4, 3, strides=2)
    tf.layers.conv2d_transpose(open_x, 4, 3, strides=2, padding="same")
    tf.layers.conv2d_transpose(tf.placeholder(tf.float32, [2, None, 5, 3]), 4, 3)
    tf.layers.conv2d_transpose(first, 4, 3, strides=2, data_format="channels_first")
    tf.layers.conv2d_transpose(first, 4, 3, padding="same", data_format="channels_first", use_bias=False)
    tf.layers.conv2d_transpose(
        x, 4, 3, kernel_regularizer=l2, bias_regularizer=l2, activity_regularizer=l2,
        kernel_initializer=tf.random_normal_initializer(seed=1), bias_initializer=tf.ones_initializer(),
        kernel_constraint=tf.nn.relu, bias_constraint=tf.nn.relu, trainable=False,
    )  # fmt: skip

    tf.layers.conv3d_transpose(volume, 4, 3)
    tf.layers.conv3d_transpose(volume, 4, 3, strides=2, padding="same", activation=tf.nn.relu)
    tf.layers.conv3d_transpose(volume, 4, (1, 2, 3), strides=(3, 2, 1), use_bias=False, name="deconv3")
    tf.layers.conv3d_transpose(tf.placeholder(tf.float32, [None, None, None, None, 2]), 4, 2, strides=2)
    tf.layers.conv3d_transpose(tf.placeholder(tf.float32, [2, 2, 3, 3, 3]), 4, 2, data_format="channels_first")
    tf.layers.conv3d_transpose(volume, 4, 2, kernel_regularizer=l2, bias_regularizer=l2)

    layer = tf.layers.Conv2DTranspose(2, 3, name="again")
    layer(x)
    layer(x)
    with tf.variable_scope("outer"):
        tf.layers.conv2d_transpose(x, 2, 3)
        tf.layers.Conv3DTranspose(2, 3)(volume)
    with tf.variable_scope("outer", reuse=True):
        tf.layers.conv2d_transpose(x, 2, 3, name="conv2d_transpose")
        tf.layers.conv3d_transpose(volume, 2, 3, name="conv3d_transpose")

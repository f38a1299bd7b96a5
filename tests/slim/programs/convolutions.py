"""Convolutions of every kind in their variants."""


def build(tf):
    slim = tf.contrib.slim
    images = tf.placeholder(tf.float32, [None, 16, 16, 3], name="images")
    net = slim.conv2d(images, 4, [3, 3], scope="conv1")
    net = slim.conv2d(net, 5, 3, stride=2, padding="VALID", activation_fn=None)
    net = slim.conv2d(net, 6, [1, 3], normalizer_fn=slim.batch_norm, weights_regularizer=slim.l2_regularizer(0.1))
    slim.conv2d(net, 6, 3, rate=2, biases_initializer=None, trainable=False)
    slim.conv2d(net, 6, 3, biases_regularizer=slim.l1_regularizer(0.5), outputs_collections="outputs", scope="out")
    slim.conv2d(net, 2, 1, variables_collections={"weights": ["filters"], "biases": ["offsets"]}, scope="listed")
    with tf.variable_scope("shared"):
        slim.conv2d(images, 2, 1, scope="again")
        slim.conv2d(images, 2, 1, scope="again", reuse=True)
    first = tf.placeholder(tf.float32, [2, 3, 8, 8], name="channels_first")
    slim.conv2d(first, 2, 3, data_format="NCHW")
    sequence = tf.placeholder(tf.float32, [2, 9, 3], name="sequence")
    slim.conv1d(sequence, 4, 3, stride=2)
    slim.convolution(sequence, 4, 3, padding="VALID")
    volume = tf.placeholder(tf.float32, [2, 6, 6, 6, 2], name="volume")
    slim.conv3d(volume, 3, [1, 2, 3])
    slim.conv3d_transpose(volume, 3, 2, stride=2)
    slim.conv2d_transpose(images, 4, [3, 3], stride=2)
    slim.conv2d_transpose(first, 4, [3, 3], padding="VALID", data_format="NCHW", normalizer_fn=slim.batch_norm)
    slim.separable_conv2d(images, 8, [3, 3], depth_multiplier=2, stride=2)
    slim.separable_conv2d(images, None, [3, 3], depth_multiplier=1, rate=2)
    slim.separable_conv2d(
        images, 8, 3, 1, normalizer_fn=slim.batch_norm, pointwise_initializer=tf.ones_initializer(),
        weights_regularizer=slim.l2_regularizer(0.1), variables_collections=["depth"],
    )  # fmt: skip
    slim.conv2d_in_plane(images, [1, 2], stride=2)
    slim.conv2d_in_plane(images, 2, normalizer_fn=slim.batch_norm, activation_fn=None, padding="VALID")

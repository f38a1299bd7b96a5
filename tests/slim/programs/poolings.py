"""Pooling."""


def build(tf):
    slim = tf.contrib.slim
    images = tf.placeholder(tf.float32, [None, 8, 8, 3], name="images")
    slim.max_pool2d(images, [2, 2])
    slim.max_pool2d(images, 3, stride=1, padding="SAME", outputs_collections="pools", scope="pool2")
    slim.avg_pool2d(images, [3, 2], [2, 1])
    with tf.variable_scope("block"):
        slim.max_pool2d(images, 2, scope="pool")
        slim.max_pool2d(images, 2, scope="pool")
    slim.avg_pool2d(tf.placeholder(tf.float32, [2, 3, 8, 8], name="first"), 2, data_format="NCHW")
    volume = tf.placeholder(tf.float32, [2, 6, 6, 6, 2], name="volume")
    slim.max_pool3d(volume, 2)
    slim.avg_pool3d(volume, [1, 2, 3], 1, "SAME")
    slim.pool(images, [2, 2], "MAX")
    slim.pool(images, 2, "AVG", dilation_rate=2, scope="holes")
    slim.pool(tf.placeholder(tf.float32, [2, 6, 2], name="sequence"), 2, "MAX", stride=2, padding="SAME")

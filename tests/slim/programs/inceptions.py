"""Inception v1, v2 and v3."""


def build(tf):
    slim = tf.contrib.slim
    nets = slim.nets
    images = tf.placeholder(tf.float32, [None, 224, 224, 3], name="images")
    with slim.arg_scope(nets.inception.inception_v1_arg_scope()):
        nets.inception.inception_v1(images, 11)
    with slim.arg_scope(nets.inception.inception_v2_arg_scope()):
        nets.inception.inception_v2(tf.zeros([1, 100, 128, 3]), 11, depth_multiplier=0.5, is_training=False)
    with slim.arg_scope(nets.inception.inception_v3_arg_scope()):
        nets.inception.inception_v3(tf.placeholder(tf.float32, [2, 299, 299, 3], name="large"), 11)
    nets.inception.inception_v1_base(tf.zeros([1, 32, 32, 3]), "Mixed_3b", scope="base")

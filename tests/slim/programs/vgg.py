"""VGG with its arg_scope."""


def build(tf):
    slim = tf.contrib.slim
    vgg = slim.nets.vgg
    with slim.arg_scope(vgg.vgg_arg_scope()):
        vgg.vgg_16(tf.placeholder(tf.float32, [None, 224, 224, 3], name="images"))
        vgg.vgg_a(tf.zeros([1, 256, 256, 3]), 10, is_training=False, spatial_squeeze=False)
    vgg.vgg_19(tf.placeholder(tf.float32, [2, 224, 224, 3], name="two"), 5, dropout_keep_prob=0.8)

"""AlexNet and OverFeat."""


def build(tf):
    slim = tf.contrib.slim
    nets = slim.nets
    with slim.arg_scope(nets.alexnet.alexnet_v2_arg_scope()):
        nets.alexnet.alexnet_v2(tf.placeholder(tf.float32, [None, 224, 224, 3], name="images"))
    with slim.arg_scope(nets.overfeat.overfeat_arg_scope()):
        nets.overfeat.overfeat(tf.zeros([1, 281, 281, 3]), 7, is_training=False, spatial_squeeze=False)
    nets.alexnet.alexnet_v2(tf.zeros([1, 224, 224, 3]), 5, scope="plain")

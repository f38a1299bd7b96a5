"""Residual networks of both versions: classes, dense answers, single units."""


def build(tf):
    slim = tf.contrib.slim
    nets = slim.nets
    images = tf.placeholder(tf.float32, [None, 224, 224, 3], name="images")
    with slim.arg_scope(nets.resnet_utils.resnet_arg_scope()):
        nets.resnet_v1.resnet_v1_50(images, 10)
        nets.resnet_v2.resnet_v2_50(images, 10, is_training=False, global_pool=False, output_stride=8)
        block = nets.resnet_v2.resnet_v2_block("few", base_depth=4, num_units=2, stride=2)
        unknown = tf.placeholder(tf.float32, [2, None, None, 16], name="unknown")
        nets.resnet_v2.resnet_v2(unknown, [block], include_root_block=False, scope="small")
        block = nets.resnet_v1.resnet_v1_block("few", base_depth=4, num_units=2, stride=2)
        nets.resnet_v1.resnet_v1(unknown, [block], 3, is_training=tf.placeholder(tf.bool, [], name="training"))

"""MobileNet v1: depth multipliers, strides, padding, layers of one's own."""


def build(tf):
    from nets import mobilenet_v1, nets_factory

    slim = tf.contrib.slim
    images = tf.placeholder(tf.float32, [None, 224, 224, 3], name="images")
    with slim.arg_scope(mobilenet_v1.mobilenet_v1_arg_scope()):
        mobilenet_v1.mobilenet_v1(images)
    with slim.arg_scope(mobilenet_v1.mobilenet_v1_arg_scope(is_training=None, stddev=0.1, weight_decay=0.1)):
        mobilenet_v1.mobilenet_v1_base(tf.zeros([1, 64, 64, 3]), output_stride=8, scope="atrous", depth_multiplier=0.3)
    mobilenet_v1.mobilenet_v1_base(
        tf.zeros([1, 65, 64, 3]), "Conv2d_11_depthwise", output_stride=16, use_explicit_padding=True, scope="padded"
    )
    layers = [
        mobilenet_v1.Conv([3, 3], 2, 32),
        mobilenet_v1.DepthSepConv([3, 3], 1, 64),
        mobilenet_v1.Conv([1, 1], 1, 128),
    ]
    mobilenet_v1.mobilenet_v1_base(tf.zeros([1, 8, 8, 3]), "Conv2d_2", conv_defs=layers, scope="own")
    small = tf.placeholder(tf.float32, [2, None, None, 3], name="small")
    mobilenet_v1.mobilenet_v1_025(small, 0, global_pool=True, is_training=False, scope="features")
    nets_factory.get_network_fn("mobilenet_v1_050", 7)(tf.zeros([1, 96, 64, 3]), scope="half", spatial_squeeze=False)
